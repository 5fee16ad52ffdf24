import type { YamlNode } from '../yaml/node.ts';
import { resolveScalar } from '../yaml/scalar.ts';

const FLOAT =
  /^[-+]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][-+]?\d+(?:_\d+)*)?$/;
const INTEGER = /^[-+]?\d+(?:_\d+)*$/;

/**
 * The number that Python's `float()` makes of a value: of numbers and of text that spells one. Booleans, NaN and infinities,
 * which it would take too, are no version of anything and give undefined.
 */
export function pythonFloat(node: YamlNode): number | undefined {
  if (node.kind !== 'scalar') return undefined;
  const scalar = resolveScalar(node);
  if (scalar.type === 'integer' || scalar.type === 'float') return finite(Number(scalar.value));
  if (scalar.type !== 'text') return undefined;
  const text = scalar.value.trim();
  return FLOAT.test(text) ? finite(Number(text.replaceAll('_', ''))) : undefined;
}

/** The integer that Python's `int()` makes of a value: floats lose their fraction, text must spell an integer. */
export function pythonInt(node: YamlNode): number | undefined {
  if (node.kind !== 'scalar') return undefined;
  const scalar = resolveScalar(node);
  if (scalar.type === 'integer') return finite(Number(scalar.value));
  if (scalar.type === 'float') return finite(Math.trunc(scalar.value));
  if (scalar.type === 'boolean') return scalar.value ? 1 : 0;
  const text = scalar.type === 'text' ? scalar.value.trim() : '';
  return INTEGER.test(text) ? finite(Number(text.replaceAll('_', ''))) : undefined;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
