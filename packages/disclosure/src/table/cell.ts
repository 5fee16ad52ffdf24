/** What one cell of a table says, read without making objects: 100 files of 5,000 rows are checked while a job ends. */

/** Kinds of cell. Numbers, because they lie in byte arrays. */
export const CellKind = {
  missing: 0,
  /** A whole number, however it is written: `7`, `1,200`, `7.0`, `n=7`. */
  integer: 1,
  decimal: 2,
  /** A number with a percent sign. */
  percent: 3,
  /** A mark in place of a number: `[REDACTED]`, `n/a`, `<=7`. */
  suppressed: 4,
  /** A count with its percentage: `12 (34.5%)`. The value is the count. */
  countOf: 5,
  /** A count and its denominator: `12/40`. The value is the count. */
  fraction: 6,
  date: 7,
  text: 8,
  /** A bound below the usual one, `<5`: the value is the largest number it allows. */
  bound: 9,
  /** A statistic with its spread: `52.3 (12.1)`, `50 [40-60]`. */
  spread: 10,
} as const;

export type CellKind = (typeof CellKind)[keyof typeof CellKind];

/** What a cell was read as. */
export interface Reading {
  readonly kind: CellKind;
  /** Not a number where there is none. */
  readonly value: number;
  /** Digits behind the point, as written. */
  readonly decimals: number;
}

/** One object for all, so that a million cells make no garbage. */
const reading: { kind: CellKind; value: number; decimals: number } = {
  kind: CellKind.missing,
  value: 0,
  decimals: 0,
};

const missingWords = new Set(['null', 'none', 'nan', '.', '-', '--', '–', '—']);
const suppressedWords = new Set([
  '[redacted]',
  'redacted',
  '(redacted)',
  'na',
  'n/a',
  '<na>',
  'suppressed',
  '[suppressed]',
  '*',
  '**',
  '***',
  '[x]',
  '[c]',
  '[low]',
  'masked',
  '[masked]',
  'supp.',
]);
const numberWords = new Map(
  (
    'one two three four five six seven eight nine ten ' +
    'eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
  )
    .split(' ')
    .map((word, at) => [word, at + 1]),
);

function settle(kind: CellKind, value = Number.NaN, decimals = 0): Reading {
  reading.kind = kind;
  reading.value = value;
  reading.decimals = decimals;
  return reading;
}

/**
 * Reads the cell between two positions. Plain numbers take the short way.
 * @returns an object that the next call overwrites
 */
export function readCell(source: string, from: number, to: number): Reading {
  let start = from;
  let end = to;
  while (start < end && source.charCodeAt(start) <= 0x20) start += 1;
  while (end > start && source.charCodeAt(end - 1) <= 0x20) end -= 1;
  if (start === end) return settle(CellKind.missing);
  let at = start;
  const sign = source.charCodeAt(at);
  if (sign === MINUS || sign === PLUS) at += 1;
  let value = 0;
  let decimals = -1;
  let scale = 1;
  const digits = at;
  for (; at < end; at += 1) {
    const code = source.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) {
      value = value * 10 + (code - 0x30);
      if (decimals >= 0) {
        decimals += 1;
        scale *= 10;
      }
    } else if (code === POINT && decimals < 0) decimals = 0;
    else return readWords(source.slice(start, end));
  }
  if (at === digits || (decimals === 0 && at === digits + 1)) return settle(CellKind.missing);
  // Beyond 15 digits doubles round; such numbers are read by the library, and still as whole numbers.
  const exact = at - digits <= 15 ? value / scale : Number(source.slice(digits, end));
  const signed = sign === MINUS ? -exact : exact;
  return settle(
    Number.isInteger(exact) ? CellKind.integer : CellKind.decimal,
    signed,
    Math.max(decimals, 0),
  );
}

const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;

const startsLikeWord = /^[\p{L}_]{2}/u;
const hasDigit = /\d/;
const isoDate =
  /^\d{4}[-/]\d{1,2}(?:[-/]\d{1,2})?(?:[T ].*)?$|^\d{1,2}[-/. ](?:\d{1,2}|[a-z]{3,9})[-/. ]\d{2,4}$|^\d{1,2}:\d{2}/i;
const withPercentage = /^\(?([+-]?\d[\d,  ]*)\)?\s*[([]\s*[<>~]?\s*(\d+(?:\.\d+)?)\s*%\s*[)\]]$/;
const percentageWithCount = /^(\d+(?:\.\d+)?)\s*%\s*[([]\s*(?:n\s*=\s*)?(\d[\d,]*)\s*[)\]]$/i;
const fractionOf = /^(\d[\d,]*)\s*(?:\/|of|out of)\s*(\d[\d,]*)(?:\s*[([].*[)\]])?$/i;
const percentage = /^[<>~]?\s*([+-]?\d+(?:\.\d+)?)\s*%$/;
const bounded = /^(?:<=|≤|⩽|&lt;=|<|&lt;|under |fewer than |less than |up to )\s*(\d+)$/i;
const exponent = /^[+-]?(?:\d+\.?\d*|\.\d+)e[+-]?\d+$/i;
const grouped = /^([+-]?)(\d{1,3}(?:[,  '’]\d{3})+)(?:\.(\d+))?$/;
const decimalComma = /^([+-]?\d+),(\d+)$/;
const marked =
  /^(?:n\s*[=:]\s*|=\s*"?|')?([+-]?\d[\d,]*(?:\.0+)?)"?\s*(?:[*†‡§¶^]+|\[[a-z]\]|\(n\)|people|patients|persons|cases)?$/i;
const approximate = /^(?:[~≈≃]|c\.|ca\.?|circa|about|around|approx\.?)\s*(\d[\d,]*)$/i;
const spreadOf = /^[+-]?\d+(?:\.\d+)?\s*(?:\(|\[|±|\+\/-)[\d\s.,;:–\-to±%]*[)\]]?$/;
const countWithBare = /^(\d[\d,]*)\s*\(\s*(\d+\.\d+)\s*\)$/;

/** Labels come again in row after row; what they were read as is kept for a while. */
const known = new Map<string, Reading>();
const MOST_KNOWN = 4096;

function readWords(text: string): Reading {
  const before = known.get(text);
  if (before !== undefined) return settle(before.kind, before.value, before.decimals);
  const { kind, value, decimals } = readOther(text);
  if (known.size >= MOST_KNOWN) known.clear();
  if (text.length <= LONGEST_NUMBER) known.set(text, { kind, value, decimals });
  return reading;
}

/** Characters of the longest cell that can be a number with its notes. */
const LONGEST_NUMBER = 80;

/** Marks of emphasis around all of a cell, as Markdown has them. */
const emphasised = /^([*_~`]{1,3})([^*_~`]+)\1$/;
const inlineTag =
  /<\/?(?:a|b|code|del|em|font|i|ins|mark|s|small|span|strong|sub|sup|u)\b[^<>]*>/gi;

/** The text of a cell as a page would show it. */
function unmarked(text: string): string {
  return text.replaceAll(inlineTag, '').replaceAll('""', '"').trim().replace(emphasised, '$2');
}

/** Everything that is no plain number. */
function readOther(raw: string): Reading {
  if (startsLikeWord.test(raw) && !hasDigit.test(raw) && raw.length > 12)
    return settle(CellKind.text);
  // Full-width digits, Arabic digits, the true minus sign and invisible characters must not hide a number.
  let text = /[^\x20-\x7e]/.test(raw) ? plainDigits(raw) : raw;
  // Nobody writes a number of this length; it also bounds the work of the patterns below.
  if (text.length > LONGEST_NUMBER) return settle(CellKind.text);
  if (/[<*_~`"]/.test(text)) text = unmarked(text);
  const word = text.toLowerCase();
  if (missingWords.has(word)) return settle(CellKind.missing);
  if (suppressedWords.has(word)) return settle(CellKind.suppressed);
  const named = numberWords.get(word);
  if (named !== undefined) return settle(CellKind.integer, named);
  if (!hasDigit.test(text)) return settle(CellKind.text);
  const limit = bounded.exec(text);
  if (limit) {
    const isStrict = /^(?:<|&lt;|under|fewer|less)(?!=)/i.test(text) && !/^&lt;=/.test(text);
    return settle(CellKind.bound, Number(limit[1]) - (isStrict ? 1 : 0));
  }
  const both = withPercentage.exec(text);
  if (both) return settle(CellKind.countOf, whole(both[1]));
  const turned = percentageWithCount.exec(text);
  if (turned) return settle(CellKind.countOf, whole(turned[2]));
  const share = percentage.exec(text);
  if (share) return settle(CellKind.percent, Number(share[1]), decimalsOf(share[1]));
  if (isoDate.test(text)) return settle(CellKind.date);
  const parts = fractionOf.exec(text);
  if (parts) return settle(CellKind.fraction, whole(parts[1]));
  const groups = grouped.exec(text);
  if (groups) {
    const value = Number(`${groups[1]}${(groups[2] ?? '').replace(/\D/g, '')}.${groups[3] ?? '0'}`);
    return settle(Number.isInteger(value) ? CellKind.integer : CellKind.decimal, value);
  }
  const comma = decimalComma.exec(text);
  if (comma) {
    const value = Number(`${comma[1]}.${comma[2]}`);
    const decimals = comma[2]?.length ?? 0;
    return settle(Number.isInteger(value) ? CellKind.integer : CellKind.decimal, value, decimals);
  }
  if (exponent.test(text)) {
    const value = Number(text);
    return settle(Number.isInteger(value) ? CellKind.integer : CellKind.decimal, value, 15);
  }
  const about = approximate.exec(text);
  if (about) return settle(CellKind.integer, whole(about[1]));
  const noted = marked.exec(text);
  if (noted) return settle(CellKind.integer, whole(noted[1]));
  const bare = countWithBare.exec(text);
  if (bare) return settle(CellKind.countOf, whole(bare[1]));
  return settle(spreadOf.test(text) ? CellKind.spread : CellKind.text);
}

function whole(text: string | undefined): number {
  return Number((text ?? '').replace(/[^\d.+-]/g, ''));
}

function decimalsOf(text: string | undefined): number {
  const point = text?.indexOf('.') ?? -1;
  return point < 0 || text === undefined ? 0 : text.length - point - 1;
}

/** Text as a reader sees it: compatibility forms and digits of all scripts made plain, invisible characters gone. */
export function plainDigits(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{M}]/gu, '')
    .replace(/\p{Nd}/gu, (digit) => String(valueOfDigit(digit)))
    .replace(/[−‐‑‒]/g, '-')
    .replaceAll('٬', ',')
    .replaceAll('٫', '.')
    .trim();
}

/** Decimal digits of a script stand in ten consecutive code points, so the zero below tells the value. */
function valueOfDigit(digit: string): number {
  const point = digit.codePointAt(0) ?? 0;
  let zero = point;
  while (point - zero < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  // Scripts whose digits lie directly behind those of another begin at a multiple of 16 or six above one.
  return (point - zero) % 10;
}

/** The count and the percentage of a cell of kind `countOf`. */
export function percentageIn(text: string): number | null {
  const both = withPercentage.exec(text) ?? countWithBare.exec(text);
  if (both) return Number(both[2]);
  const turned = percentageWithCount.exec(text);
  return turned ? Number(turned[1]) : null;
}
