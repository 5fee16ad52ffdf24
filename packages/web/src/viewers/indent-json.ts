/** Signs and texts of JSON; what stands between them is white space or nothing that JSON has. */
const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Levels beyond which lines are set in no further: what is nested without end must not grow without end. */
const DEEPEST = 32;

/**
 * JSON on lines of its own, every text and number as it was written: reading and writing it anew would round numbers and lose
 * names that come twice. What is no JSON comes out as its parts.
 */
export function indentJson(text: string): string {
  let depth = 0;
  let out = '';
  let before = '';
  const line = (): string => `\n${'  '.repeat(Math.min(depth, DEEPEST))}`;
  for (const [part] of text.matchAll(token)) {
    const isEmpty = (before === '{' && part === '}') || (before === '[' && part === ']');
    if (part === '}' || part === ']') {
      depth = Math.max(0, depth - 1);
      out += isEmpty ? part : `${line()}${part}`;
    } else if (part === ',' || part === ':') out += part === ':' ? ': ' : ',';
    else {
      out += before === '' || before === ':' ? part : `${line()}${part}`;
      if (part === '{' || part === '[') depth += 1;
    }
    before = part;
  }
  return out;
}
