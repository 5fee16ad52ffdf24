/**
 * An error that nobody foresaw, as what may be told of it: its class, its code if the operating system gave one, and the
 * lines of this program. Its message is left out, because it may quote a value of a record or the database's address.
 */
export function defectStack(error: unknown): string {
  if (!(error instanceof Error)) return `a thrown ${typeof error}`;
  const code = 'code' in error && /^[A-Z][A-Z0-9_]*$/.test(String(error.code)) ? error.code : null;
  const name = /^[A-Za-z]+$/.test(error.constructor.name) ? error.constructor.name : 'Error';
  return `${code === null ? name : `${name} ${code}`}${framesOf(error)}`;
}

/** The stack behind the message, which may have lines that look like frames; nothing when the two cannot be told apart. */
function framesOf(error: Error): string {
  const stack = String(error.stack);
  const code = 'code' in error ? ` [${error.code}]` : '';
  const headings = [String(error), `${error.name}${code}: ${error.message}`];
  const heading = headings.find((text) => stack.startsWith(`${text}\n    at `));
  return heading === undefined ? '' : stack.slice(heading.length);
}
