import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numRuns } from '../python.testing.ts';
import { validProject, writing } from '../rules/project.testing.ts';
import { readFullYaml } from './full-reader.ts';
import { linesOf } from './line-index.ts';
import type { YamlNode } from './node.ts';
import { readPlainYaml } from './plain-reader.ts';
import { readYaml } from './read-yaml.ts';
import { resolveScalar } from './scalar.ts';

const limits = { maxLength: 1_000_000, maxDepth: 100, maxNodes: 100_000 };

/** A tree as plain values, every scalar as its text, for short expectations. */
function texts(node: YamlNode | null): unknown {
  if (node === null) return null;
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'list') return node.items.map(texts);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key.text, texts(value)]));
}

/** A tree with the places of its keys and scalars; where a collection begins and ends is told by them. */
function placed(node: YamlNode | null): unknown {
  if (node === null) return null;
  if (node.kind === 'scalar') return [node.text, node.plain, node.start, node.end];
  if (node.kind === 'list') return [node.start, node.items.map(placed)];
  return [node.start, node.entries.map(({ key, value }) => [placed(key), placed(value)])];
}

const faultsOf = (text: string): readonly string[] =>
  readYaml(text, limits).faults.map(({ code }) => code);

describe('as the original reads it', () => {
  test.each([
    [
      'a flow list that ends at the margin of its key',
      'k:\n  a: [\n    x,\n    y\n  ]\n',
      { k: { a: ['x', 'y'] } },
    ],
    [
      'a flow list that goes on left of its key',
      'k:\n  a: [x,\n y,\nz]\n  b: 1\n',
      { k: { a: ['x', 'y', 'z'], b: '1' } },
    ],
    [
      'a quoted text that goes on at the margin',
      'k:\n  a: "x\ny"\n  b: 1\n',
      { k: { a: 'x y', b: '1' } },
    ],
    ['comments right after a bracket or quote', 'a: [b]#c\nd: "e"#f\n', { a: ['b'], d: 'e' }],
    ['a comma at the end', 'a: [x, y,]\n', { a: ['x', 'y'] }],
    ['folded text', 'a: >\n  x\n  y\nb: |\n  x\n  y\n', { a: 'x y\n', b: 'x\ny\n' }],
    ['a text that goes on in the next line', 'a: x\n  y\nb: z\n', { a: 'x y', b: 'z' }],
    ['a list at the margin of its key', 'a:\n- x\n- y\nb: z\n', { a: ['x', 'y'], b: 'z' }],
    ['a tab after the colon', 'a:\tx\n', { a: 'x' }],
    ['a mark in a word', 'a: x#y\nb: c:d\n', { a: 'x#y', b: 'c:d' }],
    ['aliases', 'a: &x [1]\nb: *x\n', { a: ['1'], b: ['1'] }],
    [
      'merged keys first, own values over them',
      'a: &x {p: 1, q: 2}\nb: {q: 3, <<: *x, r: 4}\n',
      {
        a: { p: '1', q: '2' },
        b: { p: '1', q: '3', r: '4' },
      },
    ],
    [
      'of several merged maps the first wins',
      'a: {<<: [{p: 1}, {p: 2, q: 2}]}\n',
      { a: { p: '1', q: '2' } },
    ],
    ['a byte order mark and line ends of Windows', '\ufeffa: 1\r\nb: 2\r\n', { a: '1', b: '2' }],
    ['a document mark', '---\na: 1\n...\n', { a: '1' }],
    ['a question mark', '? a\n: b\n', { a: 'b' }],
    ['a tag of a collection', 'a: !study {b: c}\n', { a: { b: 'c' } }],
    ['nothing', '', null],
    ['keys without values', 'a:\nb: # none\nc:   \n', { a: '', b: '', c: '' }],
  ])('%s', (_name, text, expected) => {
    expect(faultsOf(text)).toEqual([]);
    expect(texts(readYaml(text, limits).root)).toEqual(expected);
  });

  test.each([
    ['a: 1\nb: 1\na: 2\n', 'yaml-duplicate-key'],
    ["a: 1\n'a': 2\n", 'yaml-duplicate-key'],
    ['a: {b: 1, b: 2}\n', 'yaml-duplicate-key'],
    ['a: 1\n---\nb: 2\n', 'yaml-several-documents'],
    ['a: *.csv\n', 'yaml-alias'],
    ['a: &x [*x]\n', 'yaml-alias'],
    ['a: !secret b\n', 'yaml-tag'],
    ['{{ name }}: 1\n', 'yaml-key'],
    ['a: {<<: 1}\n', 'yaml-merge'],
    ['a: 1\n<<<<<<< main\nb: 2\n=======\nb: 3\n>>>>>>> other\n', 'yaml-merge-conflict'],
    ['a: \u0007\n', 'yaml-control-character'],
    ['a: b\n\tc: d\n', 'yaml-syntax'],
    ['a: x: y\n', 'yaml-syntax'],
    ['a: "x\n', 'yaml-syntax'],
    ['a: [x\n', 'yaml-syntax'],
    ['a: 1\n b: 2\n', 'yaml-syntax'],
    ['a: @b\n', 'yaml-syntax'],
    ["a: 'b' c\n", 'yaml-syntax'],
  ])('%j is refused: %s', (text, code) => {
    expect(faultsOf(text)).toContain(code);
  });
});

describe('scalars', () => {
  test.each([
    ['', { type: 'null' }],
    ['~', { type: 'null' }],
    ['NULL', { type: 'null' }],
    ['nULL', { type: 'text', value: 'nULL' }],
    ['true', { type: 'boolean', value: true }],
    ['yes', { type: 'text', value: 'yes' }],
    ['1_000', { type: 'integer', value: 1000n }],
    ['010', { type: 'integer', value: 10n }],
    ['0b11', { type: 'integer', value: 3n }],
    ['0o17', { type: 'integer', value: 15n }],
    ['-0x1F', { type: 'integer', value: -31n }],
    ['1.', { type: 'float', value: 1 }],
    ['.5', { type: 'float', value: 0.5 }],
    ['1e3', { type: 'float', value: 1000 }],
    ['-.inf', { type: 'float', value: -Infinity }],
    ['2017_ckd', { type: 'text', value: '2017_ckd' }],
    ['2020-01-01', { type: 'text', value: '2020-01-01' }],
    ['-', { type: 'text', value: '-' }],
    ['1:30', { type: 'text', value: '1:30' }],
  ] as const)('plain %j', (text, value) => {
    expect(resolveScalar({ kind: 'scalar', text, plain: true, start: 0, end: 0 })).toEqual(value);
  });

  test('quoted ones are text', () => {
    const { root } = readYaml('a: ["1", \'null\', !!str 5, !!int "6"]\n', limits);
    const list = root?.kind === 'map' ? root.entries[0]?.value : undefined;
    const types =
      list?.kind === 'list'
        ? list.items.map((i) => i.kind === 'scalar' && resolveScalar(i).type)
        : [];
    expect(types).toEqual(['text', 'text', 'text', 'integer']);
  });
});

describe('the two readers agree', () => {
  const agree = (text: string): boolean => {
    const plain = readPlainYaml(text, limits.maxDepth);
    if (plain === null) return false;
    const full = readFullYaml(text, limits);
    expect(full.faults).toEqual([]);
    expect(placed(plain)).toEqual(placed(full.root));
    return true;
  };

  test('on projects', () => {
    let read = 0;
    fc.assert(
      fc.property(validProject, writing, (project, write) => {
        if (agree(write(project).replaceAll('\r\n', '\n'))) read += 1;
      }),
      { numRuns },
    );
    expect(read).toBeGreaterThan(0);
  });

  test('on any text that the quick one takes', () => {
    const line = fc
      .tuple(
        fc.constantFrom('', '', '  ', '  ', '    ', ' '),
        fc.constantFrom('a:', 'b:', 'c d:', '1:', '- ', '-', '# x', 'é:', '', 'a: b:'),
        fc.constantFrom('', '', ' ', '  '),
        fc.constantFrom(
          '',
          '',
          'x',
          'x y',
          '"q"',
          "'it''s'",
          '[a, b]',
          '[ ]',
          '[a,]',
          '{}',
          'a:b',
          'x#y',
          '-x',
          '*',
          '1.5',
          '~',
          '/a/*.csv',
          '[a b]',
          '"',
          "'",
        ),
        fc.constantFrom('', '', '', ' ', ' # c', '#c', ':', ': z'),
      )
      .map((parts) => parts.join(''));
    let read = 0;
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
        if (agree(lines.join('\n'))) read += 1;
      }),
      { numRuns: numRuns * 20 },
    );
    expect(read).toBeGreaterThan(10);
  });
});

describe('hostile texts end soon, with a fault', () => {
  const laughs = [
    'a0: &a0 [x, x]',
    ...Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`),
  ];

  test.each([
    ['a billion laughs', laughs.join('\n'), 'yaml-too-many-nodes'],
    ['brackets', '['.repeat(100_000), 'yaml-too-deep'],
    ['closed brackets', `a: ${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'yaml-too-deep'],
    ['dashes', '- '.repeat(50_000), 'yaml-too-deep'],
    [
      'indentation',
      Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      'yaml-too-deep',
    ],
    ['braces', '{a: '.repeat(20_000), 'yaml-too-deep'],
    ['length', `a: ${'x'.repeat(1_000_001)}`, 'yaml-too-long'],
  ])('%s', (_name, text, code) => {
    expect(faultsOf(text)[0]).toMatch(new RegExp(`^${code}`));
  });
});

test('places count lines and columns from 1', () => {
  const placeOf = linesOf('ab\n\ncd', 'f');
  expect([0, 1, 2, 3, 4, 5, 6].map((offset) => placeOf(offset))).toEqual(
    [
      [1, 1],
      [1, 2],
      [1, 3],
      [2, 1],
      [3, 1],
      [3, 2],
      [3, 3],
    ].map(([line, column]) => ({ file: 'f', line, column })),
  );
});
