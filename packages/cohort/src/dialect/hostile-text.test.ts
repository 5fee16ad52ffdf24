/** Whatever a study writes as a code, a category or a path stays one text within a statement. */
import { describe, expect, test } from 'vitest';
import { hostileTexts as texts } from './hostile-texts.testing.ts';
import { mssql } from './mssql.ts';
import { readTexts } from './sqlglot.testing.ts';

const patience = 600_000 + 100 * texts.length;

const unescaped = (pattern: string): string => pattern.replaceAll(/!([%_[\]^!])/g, '$1');

describe('T-SQL', () => {
  test(
    'literals are read back as they were',
    () => {
      const conditions = texts.map((text) => `subject = ${mssql.literal(text, 'str')}`);
      expect(readTexts(conditions)).toEqual(texts);
    },
    patience,
  );

  test(
    'what is looked for in texts is read back as it was',
    () => {
      const conditions = texts.map((text) => mssql.matches('subject', [text], 'prefix'));
      const read = readTexts(conditions) as readonly string[];
      expect(read.map((pattern) => unescaped(pattern.slice(0, -1)))).toEqual(texts);
      const signs = /(?<!!)(?:!!)*[%_[\]^]/;
      expect(read.filter((pattern) => signs.test(pattern.slice(0, -1)))).toEqual([]);
    },
    patience,
  );

  test(
    'names are read back as they were',
    () => {
      // No database has a name with the zero character, and none is empty.
      const names = texts.map((text) => text.replaceAll('\0', '')).filter((text) => text !== '');
      const conditions = names.map((name) => `${mssql.identifier(name)} = 1`);
      expect(readTexts(conditions)).toEqual(names);
    },
    patience,
  );
});

test('long names of temporary tables are cut, and stay different', () => {
  const names = ['a', 'b'].map((end) => mssql.ownTable(`${'x'.repeat(200)}${end}`));
  expect(new Set(names).size).toBe(2);
  expect(names.every((name) => name.length <= 116)).toBe(true);
});
