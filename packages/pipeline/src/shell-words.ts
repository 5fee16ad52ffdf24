/**
 * Splitting a command into words and joining words into a command, as a POSIX shell does it without expansions. Both
 * agree with Python's `shlex.split` and `shlex.join`, which the studies' commands were written for (reference §10).
 */

/** A command whose quotes or escapes do not end. */
export class ShellWordsError extends Error {
  readonly reason: 'quote' | 'escape';
  /** Where the quote or the backslash stands in the command. */
  readonly offset: number;

  constructor(reason: 'quote' | 'escape', offset: number) {
    super(reason === 'quote' ? 'a quote is not closed' : 'a backslash stands at the end');
    this.name = 'ShellWordsError';
    this.reason = reason;
    this.offset = offset;
  }
}

const NEEDS_NO_THOUGHT = /^[^'"\\ \t\r\n]+(?: [^'"\\ \t\r\n]+)*$/;

/**
 * The words of a command. `#` begins no comment, a backslash before a newline gives that newline, and within double
 * quotes a backslash escapes only `"` and `\`.
 * @throws ShellWordsError
 */
export function splitWords(command: string): string[] {
  if (NEEDS_NO_THOUGHT.test(command)) return command.split(' ');
  const words: string[] = [];
  let word: string | null = null;
  let at = 0;
  while (at < command.length) {
    const character = command.charAt(at);
    if (' \t\r\n'.includes(character)) {
      if (word !== null) words.push(word);
      word = null;
      at += 1;
    } else if (character === "'") {
      const close = command.indexOf("'", at + 1);
      if (close === -1) throw new ShellWordsError('quote', at);
      word = (word ?? '') + command.slice(at + 1, close);
      at = close + 1;
    } else if (character === '"') {
      const [text, next] = readDoubleQuoted(command, at);
      word = (word ?? '') + text;
      at = next;
    } else if (character === '\\') {
      if (at + 1 === command.length) throw new ShellWordsError('escape', at);
      word = (word ?? '') + command.charAt(at + 1);
      at += 2;
    } else {
      word = (word ?? '') + character;
      at += 1;
    }
  }
  if (word !== null) words.push(word);
  return words;
}

/** The text between the double quotes that open at `open`, and where reading goes on. */
function readDoubleQuoted(command: string, open: number): readonly [string, number] {
  let text = '';
  let at = open + 1;
  while (at < command.length) {
    const character = command.charAt(at);
    if (character === '"') return [text, at + 1];
    if (character === '\\') {
      const escaped = command.charAt(at + 1);
      text += escaped === '"' || escaped === '\\' ? escaped : character + escaped;
      at += 2;
    } else {
      text += character;
      at += 1;
    }
  }
  throw new ShellWordsError('quote', open);
}

const SAFE_WORD = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** A command that splits into these words again. */
export function joinWords(words: readonly string[]): string {
  return words.map(quoteWord).join(' ');
}

function quoteWord(word: string): string {
  if (SAFE_WORD.test(word)) return word;
  return `'${word.replaceAll("'", `'"'"'`)}'`;
}
