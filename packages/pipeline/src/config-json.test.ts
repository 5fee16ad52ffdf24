import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configArguments, toConfigMap } from './config-json.ts';
import { askPython, numRuns } from './python.testing.ts';
import type { YamlMap, YamlNode } from './yaml/node.ts';
import { readYaml } from './yaml/read-yaml.ts';

function read(text: string): YamlMap {
  const { root } = readYaml(text, { maxLength: 1e6, maxDepth: 100, maxNodes: 1e5 });
  if (root?.kind !== 'map') throw new Error('not a map');
  return root;
}

test('an empty config adds no words', () => {
  expect(configArguments(read('{}'))).toEqual([]);
});

test.each([
  ['bands: [18, 40, 65]', '{"bands": [18, 40, 65]}'],
  ['{a: 1.0, b: 1, c: "1"}', '{"a": 1.0, "b": 1, "c": "1"}'],
  [
    '{a: true, b: null, c: ~, d: yes, e: }',
    '{"a": true, "b": null, "c": null, "d": "yes", "e": null}',
  ],
  [
    '{a: 12345678901234567890, b: 1_000, c: 010, d: 0x1F, e: 0o17}',
    '{"a": 12345678901234567890, "b": 1000, "c": 10, "d": 31, "e": 15}',
  ],
  [
    '{a: 1e3, b: .inf, c: -.inf, d: .nan, e: 1e16, f: 1e-5}',
    '{"a": 1000.0, "b": Infinity, "c": -Infinity, "d": NaN, "e": 1e+16, "f": 1e-05}',
  ],
  ['{1: a, 1.5: b, true: c, null: d}', '{"1": "a", "1.5": "b", "true": "c", "null": "d"}'],
  [`a: "it's"`, '{"a": "it\\u0027s"}'],
  ['a: été 😀', '{"a": "\\u00e9t\\u00e9 \\ud83d\\ude00"}'],
  ['a: 2020-01-01', '{"a": "2020-01-01"}'],
])('%s', (yaml, json) => {
  expect(configArguments(read(yaml))).toEqual(['--config', json]);
});

test('keys that JavaScript treats specially are only keys', () => {
  const config = toConfigMap(read('{__proto__: {polluted: true}, b: 2, a: 1}'));
  expect(Object.keys(config)).toEqual(['__proto__', 'b', 'a']);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

function toNode(value: Plain): YamlNode {
  const at = { start: 0, end: 0 };
  if (Array.isArray(value)) return { kind: 'list', items: value.map(toNode), ...at };
  if (typeof value === 'object' && value !== null) return toMap(value);
  if (typeof value !== 'number') {
    return { kind: 'scalar', text: String(value), plain: typeof value !== 'string', ...at };
  }
  const digits =
    Number.isInteger(value) && Math.abs(value) < 1e21 ? String(value) : value.toExponential();
  return { kind: 'scalar', text: digits, plain: true, ...at };
}

function toMap(value: { [key: string]: Plain }): YamlMap {
  const at = { start: 0, end: 0 };
  const entries = Object.entries(value).map(([key, item]) => ({
    key: { kind: 'scalar' as const, text: key, plain: false, ...at },
    value: toNode(item),
  }));
  return { kind: 'map', entries, ...at };
}

test("writes what Python's json.dumps writes", () => {
  const { tree } = fc.letrec<{ tree: Plain }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4 }),
    ),
  }));
  const configs = fc.sample(
    fc.dictionary(fc.string(), tree, { minKeys: 1, maxKeys: 4 }).map((map) => ({ ...map })),
    { numRuns },
  );
  // Python is given the numbers as the text that a project would hold, so that 1 and 1.0 stay apart.
  const texts = configs.map((config) =>
    JSON.stringify(config, (_key, v: unknown) =>
      typeof v === 'number'
        ? `number ${(toNode(v) as { text: string }).text}`
        : typeof v === 'string'
          ? `text ${v}`
          : v,
    ),
  );
  const expected = askPython<string[]>(
    `
import json, sys
def read(value):
    if isinstance(value, dict):
        return {key: read(item) for key, item in value.items()}
    if isinstance(value, list):
        return [read(item) for item in value]
    if not isinstance(value, str):
        return value
    kind, _, text = value.partition(" ")
    if kind == "text":
        return text
    return float(text) if "e" in text else int(text)
print(json.dumps([json.dumps(read(json.loads(text))).replace("'", r"\\u0027") for text in json.load(sys.stdin)]))
`,
    texts,
  );
  expect(configs.map((config) => configArguments(toMap(config))[1])).toEqual(expected);
});
