import type { YamlNode, YamlScalar } from './node.ts';

/** What a scalar stands for. Integers are exact, however long. */
export type ScalarValue =
  | { readonly type: 'null' }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'integer'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'text'; readonly value: string };

const NULL: ScalarValue = { type: 'null' };
const WORDS: ReadonlyMap<string, ScalarValue> = new Map<string, ScalarValue>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, NULL] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, { type: 'boolean', value: true }] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, { type: 'boolean', value: false }] as const),
]);

const INTEGER = /^[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)$/;
const FLOAT =
  /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/;
const INFINITY = /^([-+]?)\.(?:inf|Inf|INF)$/;
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/;

/** Plain scalars that are not text begin with one of these, or are empty. */
const MAY_BE_SPECIAL = /^(?:$|[-+.0-9~nNtTfF])/;

/**
 * Resolves a scalar by the rules of YAML 1.2 as the original's parser (ruamel, safe) applies them: underscores and 0b in
 * numbers are allowed, `yes` and `010` are text and ten (pipeline §1.1). Dates stay text: nothing in a project needs them.
 */
export function resolveScalar(scalar: YamlScalar): ScalarValue {
  const { text } = scalar;
  if (!scalar.plain || !MAY_BE_SPECIAL.test(text)) return { type: 'text', value: text };
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (INTEGER.test(text)) return { type: 'integer', value: exactInteger(text) };
  if (FLOAT.test(text)) return { type: 'float', value: Number(text.replaceAll('_', '')) };
  const infinity = INFINITY.exec(text);
  if (infinity !== null) {
    return { type: 'float', value: infinity[1] === '-' ? -Infinity : Infinity };
  }
  if (NOT_A_NUMBER.test(text)) return { type: 'float', value: Number.NaN };
  return { type: 'text', value: text };
}

/** The node's text where it is text, else undefined. */
export function textOf(node: YamlNode): string | undefined {
  if (node.kind !== 'scalar') return undefined;
  if (!node.plain || !MAY_BE_SPECIAL.test(node.text)) return node.text;
  return resolveScalar(node).type === 'text' ? node.text : undefined;
}

/** Whether the node says nothing (`key:` or `key: null`). */
export function isNull(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.plain && WORDS.get(node.text) === NULL;
}

function exactInteger(text: string): bigint {
  const digits = text.replaceAll('_', '');
  const negative = digits.startsWith('-');
  const unsigned = /^[-+]/.test(digits) ? digits.slice(1) : digits;
  // "0x_" is a number to the grammar but has no digits.
  const magnitude = /^0[box]$/.test(unsigned) ? 0n : BigInt(unsigned);
  return negative ? -magnitude : magnitude;
}
