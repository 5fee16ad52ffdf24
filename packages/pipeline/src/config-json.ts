/**
 * An action's `config` as data, and as the JSON text that its command receives. The text is what Python's `json.dumps`
 * would write, because the studies' scripts have been given that: spaces after `,` and `:`, other alphabets escaped, 1.0
 * kept apart from 1, and apostrophes escaped so that the text survives any quoting (pipeline §1.7).
 */

import type { ConfigMap, ConfigValue } from './pipeline.ts';
import type { YamlMap, YamlNode } from './yaml/node.ts';
import { resolveScalar, type ScalarValue } from './yaml/scalar.ts';

/** The words to append to a command. An empty config appends none. */
export function configArguments(config: YamlMap): readonly string[] {
  if (config.entries.length === 0) return [];
  return ['--config', toJson(config).replaceAll("'", '\\u0027')];
}

export function toConfigMap(map: YamlMap): ConfigMap {
  return Object.fromEntries(map.entries.map(({ key, value }) => [key.text, toValue(value)]));
}

function toValue(node: YamlNode): ConfigValue {
  if (node.kind === 'map') return toConfigMap(node);
  if (node.kind === 'list') return node.items.map(toValue);
  const scalar = resolveScalar(node);
  if (scalar.type === 'null') return null;
  return scalar.type === 'integer' ? Number(scalar.value) : scalar.value;
}

function toJson(node: YamlNode): string {
  if (node.kind === 'list') return `[${node.items.map(toJson).join(', ')}]`;
  if (node.kind === 'scalar') return scalarToJson(resolveScalar(node));
  const entries = node.entries.map(({ key, value }) => {
    const name = resolveScalar(key);
    return `${name.type === 'text' ? quote(name.value) : quote(scalarToJson(name))}: ${toJson(value)}`;
  });
  return `{${entries.join(', ')}}`;
}

function scalarToJson(scalar: ScalarValue): string {
  if (scalar.type === 'null') return 'null';
  if (scalar.type === 'text') return quote(scalar.value);
  return scalar.type === 'float' ? floatToJson(scalar.value) : String(scalar.value);
}

function quote(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** As Python's `repr` writes a float: the same shortest digits as JavaScript, other rules for the exponent. */
function floatToJson(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (Object.is(value, -0)) return '-0.0';
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (value !== 0 && (power < -4 || power >= 16)) {
    const digits = String(Math.abs(power)).padStart(2, '0');
    return `${mantissa}e${power < 0 ? '-' : '+'}${digits}`;
  }
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}
