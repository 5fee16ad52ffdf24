/** Whatever a study writes as a code, a category or a path stays one text within a statement. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mssql } from './mssql.ts';
import { type Grammar, readTexts } from './sqlglot.testing.ts';
import { trino } from './trino.ts';

const runs = Number(process.env['FAST_CHECK_RUNS'] ?? 500);
const patience = 600_000 + 100 * runs;

const pieces = [
  "'",
  "''",
  '"',
  '[',
  ']',
  ']]',
  '%',
  '_',
  '^',
  '!',
  '\\',
  '\\\n',
  '\\\r\n',
  '\0',
  '\n',
  ';',
  '--',
  '/*',
  '*/',
  'GO\n',
  '$(x)',
  '?',
  ':a',
  '@a',
  'N',
  'x',
  ' ',
  'é',
  '\u2019',
  '\uff07',
  '\u{1f600}',
  "'); DROP TABLE Patient; --",
] as const;

const texts: readonly string[] = [
  '',
  ...pieces,
  ...fc
    .sample(
      fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary' })), {
        maxLength: 8,
      }),
      runs,
    )
    .map((parts) => parts.join('')),
];

const unescaped = (pattern: string): string => pattern.replaceAll(/!([%_[\]^!])/g, '$1');

describe.each<[Grammar, typeof mssql]>([
  ['tsql', mssql],
  ['trino', trino],
])('%s', (grammar, dialect) => {
  test(
    'literals are read back as they were',
    () => {
      const conditions = texts.map((text) => `subject = ${dialect.literal(text, 'str')}`);
      expect(readTexts(grammar, conditions)).toEqual(texts);
    },
    patience,
  );

  test(
    'what is looked for in texts is read back as it was',
    () => {
      const conditions = texts.map((text) => dialect.matches('subject', [text], 'prefix'));
      const read = readTexts(grammar, conditions) as readonly string[];
      expect(read.map((pattern) => unescaped(pattern.slice(0, -1)))).toEqual(texts);
      const signs = grammar === 'tsql' ? /(?<!!)(?:!!)*[%_[\]^]/ : /(?<!!)(?:!!)*[%_]/;
      expect(read.filter((pattern) => signs.test(pattern.slice(0, -1)))).toEqual([]);
    },
    patience,
  );

  test(
    'names are read back as they were',
    () => {
      // No database has a name with the zero character, and none is empty.
      const names = texts.map((text) => text.replaceAll('\0', '')).filter((text) => text !== '');
      const conditions = names.map((name) => `${dialect.identifier(name)} = 1`);
      expect(readTexts(grammar, conditions)).toEqual(names);
    },
    patience,
  );
});

test('long names of temporary tables are cut, and stay different', () => {
  const names = ['a', 'b'].map((end) => mssql.ownTable(`${'x'.repeat(200)}${end}`));
  expect(new Set(names).size).toBe(2);
  expect(names.every((name) => name.length <= 116)).toBe(true);
});
