/** A text as a literal of Trino: quotes are doubled, and the zero character is joined on. */
export function trinoText(value: string): string {
  const parts = value.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? (parts[0] ?? "''") : `(${parts.join(' || chr(0) || ')})`;
}

/** A text as a regular expression that matches nothing else. */
export function trinoPattern(text: string): string {
  return text.replaceAll(
    /[^A-Za-z0-9]/gu,
    (letter) => `\\x{${letter.codePointAt(0)?.toString(16)}}`,
  );
}
