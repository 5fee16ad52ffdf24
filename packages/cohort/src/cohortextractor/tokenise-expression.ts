/** Words, numbers, strings and signs of an expression (cohort-extractor §1.7). Blanks and comments are dropped. */
import type { Arithmetic, Comparison } from './expression.ts';

export type Token = {
  /** Of the first character, counted from 1. */
  readonly position: number;
} & (
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'number'; readonly value: number; readonly integer: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'comparison'; readonly operator: Comparison }
  | { readonly kind: 'arithmetic'; readonly operator: Arithmetic }
  | { readonly kind: 'and' | 'or' | 'not' | '(' | ')' | 'end' }
);

/** Why an expression cannot be read: `problem` is the start of a sentence that goes on "at character …". */
export interface ExpressionTrouble {
  readonly problem: string;
  readonly remedy: string;
  /** Counted from 1. */
  readonly position: number;
}

export type Tokens =
  | { readonly tokens: readonly Token[] }
  | { readonly trouble: ExpressionTrouble };

const BLANK = /\s+|--[^\r\n]*|#(?=\s)[^\r\n]*|\/\*[\s\S]*?\*\//y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE]-?\d+)?(?![\p{L}\p{N}_.])/uy;
const WORD = /[\p{L}\p{N}_][\p{L}\p{N}_$#]*/uy;
const STRING = /'(?:''|[^'])*'|"(?:""|[^"])*"/y;
const SIGNS = /[<>=!~]+|[^\s\p{L}\p{N}_'"]/uy;

const LONGEST_STRING = 64;
const STRING_TEXT = /^[A-Za-z0-9_ <>=~]*$/;

const comparisons: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=']);
const isComparison = (sign: string): sign is Comparison => comparisons.has(sign);

const arithmetic: ReadonlySet<string> = new Set(['+', '-', '*', '/']);
const isArithmetic = (sign: string): sign is Arithmetic => arithmetic.has(sign);

const useNames =
  'An expression holds column names, numbers, strings in quotes, AND, OR, NOT, comparisons, + - * / and parentheses.';

/** What to write instead of signs that other languages have. */
const otherSigns: Readonly<Record<string, string>> = {
  '==': 'Write = for equal.',
  '<>': 'Write != for not equal.',
  '=<': 'Write <= for at most.',
  '=>': 'Write >= for at least.',
  '!': 'Write NOT, or != for not equal.',
  '&': 'Write AND.',
  '|': 'Write OR.',
  '~': 'Write NOT.',
  '`': 'Write column names without quotes.',
  '[': 'Write column names without brackets.',
  ',': 'Compare with each value on its own: a = 1 OR a = 2.',
  '%': 'There is no remainder; use whole-number division: a - (a / 10) * 10.',
};

/** What to write instead of words of SQL and Python that an expression does not have, where they cannot be columns. */
const otherWords: Readonly<Record<string, string>> = {
  IN: 'Compare with each value on its own: a = 1 OR a = 2.',
  BETWEEN: 'Write two comparisons: a >= 1 AND a <= 5.',
  LIKE: 'Only whole values can be compared; make a column from a narrower codelist instead.',
  IS: 'Columns are never null: write the name alone to ask whether it has a value.',
  NULL: 'Columns are never null: write the name alone to ask whether it has a value.',
  CASE: 'Use patients.categorised_as for more than two outcomes.',
  TRUE: 'Write the column name alone, or compare it with 1.',
  FALSE: 'Write NOT and the column name, or compare it with 0.',
};

/** Advice on a word that is no column: a lower-case keyword, or one that expressions do not have. */
export function adviceOnWord(word: string): string | null {
  const upper = word.toUpperCase();
  if (upper === 'AND' || upper === 'OR' || upper === 'NOT') {
    return `Write ${upper} in capitals.`;
  }
  return otherWords[upper] ?? null;
}

/** Splits an expression into tokens, an end token last, or says what cannot be read. */
export function tokeniseExpression(text: string): Tokens {
  const tokens: Token[] = [];
  let index = 0;

  const read = (pattern: RegExp): string | null => {
    pattern.lastIndex = index;
    return pattern.exec(text)?.[0] ?? null;
  };

  while (index < text.length) {
    const position = index + 1;
    const blank = read(BLANK);
    if (blank !== null) {
      index += blank.length;
      continue;
    }
    const number = read(NUMBER);
    if (number !== null) {
      tokens.push({
        kind: 'number',
        value: Number(number),
        integer: /^\d+$/.test(number),
        position,
      });
      index += number.length;
      continue;
    }
    const word = read(WORD);
    if (word !== null) {
      if (/^0[xX]/.test(word)) {
        return trouble(position, `hexadecimal number ${word}`, 'Write the number in decimals.');
      }
      if (text[index + word.length] === '.') {
        return trouble(position, `"${word}." with a dot`, 'Write the column name alone.');
      }
      tokens.push(wordToken(word, position));
      index += word.length;
      continue;
    }
    const string = read(STRING);
    if (string !== null) {
      const value = string.slice(1, -1);
      const wrong = stringTrouble(value, position);
      if (wrong !== null) return { trouble: wrong };
      tokens.push({ kind: 'string', value, position });
      index += string.length;
      continue;
    }
    const sign = read(SIGNS);
    if (sign === null) {
      return trouble(
        position,
        'a quote that is not closed',
        'Close the string with the same quote.',
      );
    }
    const token = signToken(sign, position);
    if (token === null) {
      return trouble(
        position,
        `"${sign}" cannot be used`,
        otherSigns[sign] ?? (sign === '.' ? 'Write the column name alone.' : useNames),
      );
    }
    tokens.push(token);
    index += sign.length;
  }
  tokens.push({ kind: 'end', position: text.length + 1 });
  return { tokens };
}

function trouble(position: number, problem: string, remedy: string): Tokens {
  return { trouble: { position, problem, remedy } };
}

function wordToken(word: string, position: number): Token {
  switch (word) {
    case 'AND':
      return { kind: 'and', position };
    case 'OR':
      return { kind: 'or', position };
    case 'NOT':
      return { kind: 'not', position };
    default:
      return { kind: 'name', name: word, position };
  }
}

function signToken(sign: string, position: number): Token | null {
  if (sign === '(' || sign === ')') return { kind: sign, position };
  if (isComparison(sign)) return { kind: 'comparison', operator: sign, position };
  if (isArithmetic(sign)) return { kind: 'arithmetic', operator: sign, position };
  return null;
}

function stringTrouble(value: string, position: number): ExpressionTrouble | null {
  if (/^\d{4}-\d\d-\d\d$/.test(value)) {
    return {
      position,
      problem: 'a date cannot be written in an expression',
      remedy:
        'Make it a column, for example limit=patients.fixed_value("2020-02-01"), and compare two date columns.',
    };
  }
  if (value.length > LONGEST_STRING) {
    return {
      position,
      problem: `a string of ${value.length} characters`,
      remedy: `Strings have ${LONGEST_STRING} characters at most.`,
    };
  }
  if (!STRING_TEXT.test(value)) {
    return {
      position,
      problem: 'a string with characters that are not allowed',
      remedy: 'Strings hold letters A to Z, digits, underscores, spaces and < > = ~ only.',
    };
  }
  return null;
}
