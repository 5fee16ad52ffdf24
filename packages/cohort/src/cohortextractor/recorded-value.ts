/** Python values of the recorded document, as this front-end sees them: truth, description, plain data. */
import type { RecordedCall, RecordedValue } from '../record/document.ts';
import type { CodelistRead } from './read-codelists.ts';
import type { ArgumentValue } from './study.ts';

export type RecordedKind =
  | 'none'
  | 'bool'
  | 'int'
  | 'float'
  | 'str'
  | 'list'
  | 'tuple'
  | 'dict'
  | 'codelist'
  | 'call'
  | 'unsupported';

/** The Python type of a recorded value. */
export function kindOf(value: RecordedValue): RecordedKind {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'int';
  if (typeof value === 'string') return 'str';
  if (isList(value)) return 'list';
  if ('float' in value) return 'float';
  if ('integer' in value) return 'int';
  if ('tuple' in value) return 'tuple';
  if ('dict' in value) return 'dict';
  if ('codelist' in value) return 'codelist';
  if ('call' in value) return 'call';
  return 'unsupported';
}

function isList(value: RecordedValue): value is readonly RecordedValue[] {
  return Array.isArray(value);
}

/** Items of a list or tuple, null for anything else. */
export function itemsOf(value: RecordedValue): readonly RecordedValue[] | null {
  if (value === null || typeof value !== 'object') return null;
  if (isList(value)) return value;
  return 'tuple' in value ? value.tuple : null;
}

/** Pairs of a dictionary, null for anything else. */
export function pairsOf(
  value: RecordedValue,
): readonly (readonly [RecordedValue, RecordedValue])[] | null {
  return value !== null && typeof value === 'object' && 'dict' in value ? value.dict : null;
}

/** The call that a value is, null for anything else. */
export function callOf(value: RecordedValue): RecordedCall | null {
  return value !== null && typeof value === 'object' && 'call' in value ? value.call : null;
}

/** A number, whole or not, null for anything else. Python's flags are numbers too, but nobody means them as such. */
export function numberOf(value: RecordedValue): number | null {
  if (typeof value === 'number') return value;
  if (value === null || typeof value !== 'object') return null;
  if ('integer' in value) return Number(value.integer);
  return 'float' in value ? floatOf(value.float) : null;
}

function floatOf(value: number | 'nan' | 'inf' | '-inf'): number {
  if (typeof value === 'number') return value;
  if (value === 'nan') return Number.NaN;
  return value === 'inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

/** Whether Python takes the value for true. */
export function isTruthy(value: RecordedValue): boolean {
  const number = numberOf(value);
  if (number !== null) return number !== 0;
  const items = itemsOf(value) ?? pairsOf(value);
  if (items !== null) return items.length > 0;
  return value !== null && value !== false && value !== '';
}

/** How a message names a value: short, as Python would show it. */
export function describe(value: RecordedValue | undefined): string {
  if (value === undefined) return 'missing';
  const kind = kindOf(value);
  switch (kind) {
    case 'none':
      return 'None';
    case 'bool':
      return value === true ? 'True' : 'False';
    case 'int':
    case 'float':
      return `the number ${asText(value) ?? ''}`;
    case 'str':
      return `"${shortened(String(value))}"`;
    case 'list':
    case 'tuple':
      return `a ${kind} of ${itemsOf(value)?.length ?? 0}`;
    case 'dict':
      return 'a dictionary';
    case 'codelist':
      return 'a codelist';
    case 'call':
      return `a column (patients.${callOf(value)?.function ?? '…'})`;
    case 'unsupported':
      return `a ${unsupportedType(value)}`;
  }
}

function unsupportedType(value: RecordedValue): string {
  return value !== null && typeof value === 'object' && 'unsupported' in value
    ? value.unsupported
    : 'value of an unknown type';
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** A scalar as Python's `str` writes it, null for anything else: 1 is "1" and 1.0 is "1.0". */
export function asText(value: RecordedValue): string | null {
  if (typeof value === 'string') return value;
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (isList(value)) return null;
  if ('integer' in value) return value.integer;
  if (!('float' in value)) return null;
  if (typeof value.float === 'string') return value.float;
  return Number.isInteger(value.float) && Math.abs(value.float) < 1e16
    ? `${value.float}.0`
    : String(value.float);
}

/** A dictionary as plain data, or what it is instead. */
export type PlainDictionary =
  | { readonly data: Readonly<Record<string, ArgumentValue>> }
  | { readonly found: string };

/**
 * A dictionary of plain values: lists and tuples become arrays, dictionaries objects with their keys as text. Columns and
 * values of types that we do not know are no plain values.
 */
export function toPlainDictionary(
  value: RecordedValue,
  codelists: readonly CodelistRead[],
): PlainDictionary {
  if (pairsOf(value) === null) return { found: `${describe(value)}, not a dictionary` };
  try {
    return { data: entriesToPlain(pairsOf(value) ?? [], codelists) };
  } catch (error) {
    if (error instanceof NotPlain) return { found: `a dictionary that holds ${error.message}` };
    throw error;
  }
}

class NotPlain extends Error {}

function entriesToPlain(
  pairs: readonly (readonly [RecordedValue, RecordedValue])[],
  codelists: readonly CodelistRead[],
): Readonly<Record<string, ArgumentValue>> {
  return Object.fromEntries(
    pairs.map(([key, item]) => {
      const name = asText(key);
      if (name === null) throw new NotPlain(`${describe(key)} for a key`);
      return [name, toPlain(item, codelists)];
    }),
  );
}

function toPlain(value: RecordedValue, codelists: readonly CodelistRead[]): ArgumentValue {
  const items = itemsOf(value);
  if (items !== null) return items.map((item) => toPlain(item, codelists));
  const pairs = pairsOf(value);
  if (pairs !== null) return entriesToPlain(pairs, codelists);
  const number = numberOf(value);
  if (number !== null) return number;
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'object' && 'codelist' in value) {
    const read = codelists[value.codelist];
    if (read !== undefined && 'codelist' in read) return read.codelist;
  }
  throw new NotPlain(describe(value));
}
