import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, describe, expect, test } from 'vitest';
import { drawsOf } from './draws.ts';
import { codesOfFolder, codesOfStudy, noStudyCodes, vocabulariesOf } from './study-codes.ts';
import { SLOT_BITS, STUDY_SHARE, vocabularyNames, vocabularyOf } from './vocabulary.ts';

describe('a vocabulary', () => {
  test.each(vocabularyNames)('of %s fills all slots once, and each code has one', (name) => {
    const entries = vocabularyOf(name, { ...noStudyCodes, [name]: ['first', 'second', 'first'] });
    let next = 0;
    for (const { from, slots } of entries) {
      expect(from).toBe(next);
      expect(slots).toBeGreaterThan(0);
      next += slots;
    }
    expect(next).toBe(2 ** SLOT_BITS);
    expect(new Set(entries.map(({ code }) => code)).size).toBe(entries.length);
    const ofStudy = entries.filter(({ code }) => ['first', 'second'].includes(code));
    expect(ofStudy).toHaveLength(2);
    const share = ofStudy.reduce((sum, { slots }) => sum + slots, 0) / 2 ** SLOT_BITS;
    expect(share).toBeCloseTo(STUDY_SHARE, 4);
  });

  test('takes more codes of a study than there are slots', () => {
    const many = Array.from({ length: 70_000 }, (_, index) => String(10_000_000 + index));
    const entries = vocabularyOf('snomed', { ...noStudyCodes, snomed: many });
    expect(entries.reduce((sum, { slots }) => sum + slots, 0)).toBe(2 ** SLOT_BITS);
  });

  test('has CTV3 codes that differ by case alone', () => {
    const codes = vocabularyOf('ctv3', noStudyCodes).map(({ code }) => code);
    expect(new Set(codes.map((code) => code.toLowerCase())).size).toBeLessThan(0.6 * codes.length);
    expect(codes.every((code) => code.length === 5)).toBe(true);
  });
});

test.each([
  ['271649006', 'bp.csv code', ['snomed']],
  ['39113611000001102', 'statins.csv dmd_id', ['drug']],
  ['39113611000001102', 'statin-medicines.csv code', ['drug']],
  ['409622000', 'ecds-diagnoses.csv code', ['snomed', 'emergency']],
  ['XaY0k', 'bp.csv ctv3id', ['ctv3']],
  ['22A..', 'weight.csv code', ['ctv3']],
  ['J44', 'copd.csv icd', ['icd10']],
  ['J449', 'copd.csv code', ['icd10', 'opcs4']],
  ['K401', 'procedures.csv code', ['opcs4']],
  ['adalimumab', 'drugs.csv name', []],
  ['', 'empty.csv code', []],
])('%s in %s is of %j', (code, hint, vocabularies) => {
  expect(vocabulariesOf(code, hint)).toEqual(vocabularies);
});

describe('codelists of a folder', () => {
  const made: string[] = [];
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
  });
  const study = (files: Readonly<Record<string, string>>): string => {
    const folder = mkdtempSync(join(tmpdir(), 'vitrine-codes-'));
    made.push(folder);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return folder;
  };

  test('are read from the column that holds codes, whatever it is called', async () => {
    const folder = study({
      'codelists/a.csv': 'term,code\n"pressure, systolic",271649006\nnone,\n',
      'codelists/b.csv': 'CTV3ID,CTV3PreferredTermDesc\nXaY0k,x\n',
      'codelists/c.csv': 'type,dmd_id,bnf\nvmp,39113611000001102,1\n',
      'local_codelists/d.csv': '\uFEFFicd\nJ44\n',
      'local_codelists/README.md': 'code\n123456789\n',
    });
    expect(await codesOfStudy(folder)).toEqual({
      ...noStudyCodes,
      snomed: ['271649006'],
      ctv3: ['XaY0k'],
      drug: ['39113611000001102'],
      icd10: ['J44'],
    });
    expect((await codesOfFolder(join(folder, 'local_codelists'))).icd10).toEqual(['J44']);
  });

  test('that are missing are named', async () => {
    await expect(codesOfStudy(study({ 'x.txt': '' }))).rejects.toThrow('neither codelists/');
    await expect(codesOfFolder('/no/such/folder')).rejects.toThrow('/no/such/folder');
  });
});

test('draws are even, reach both ends of their range, and those of two streams have nothing to do with each other', async () => {
  const { uniform, below, chance, pick, tail } = drawsOf(3);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const reader =
    await connection.runAndReadAll(`SELECT avg(a), stddev(a), corr(a, b), corr(a, next), min(six), max(six),
      avg(often::INT), avg((kind = 'it''s')::INT), count(*) FILTER (kind IS NULL) / count(*), avg(long)
    FROM (SELECT *, lead(a) OVER (ORDER BY k) AS next FROM (
      SELECT k, ${uniform('a', 'k')} AS a, ${uniform('b', 'k')} AS b, ${below('c', 'k', 6)} AS six,
        ${chance('d', 'k', 0.3)} AS often, ${pick('e', 'k', [
          ["it's", 1],
          ['other', 2],
          [null, 1],
        ])} AS kind,
        ${tail('f', 'k', 10)} AS long
      FROM range(200000) AS numbers(k)))`);
  const found = (reader.getRows()[0] ?? []).map(Number);
  const expected = [0.5, Math.sqrt(1 / 12), 0, 0, 0, 5, 0.3, 1 / 3, 0.25];
  for (const [index, value] of expected.entries()) expect(found[index]).toBeCloseTo(value, 1.7);
  expect(found.at(-1)).toBeCloseTo(9.5, 0);
  connection.closeSync();
  instance.closeSync();
});
