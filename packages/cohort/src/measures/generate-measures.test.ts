import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultError } from '@vitrine/pipeline';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Measure } from '../cohortextractor/study.ts';
import { runPython } from '../formats/test-python.ts';
import { writeTable } from '../formats/write-table.ts';
import { NO_DATE, type Table } from '../table.ts';
import {
  generateMeasures,
  type MeasuresRequest,
  type MeasuresResult,
} from './generate-measures.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'measures-'));
});
afterAll(() => rmSync(root, { recursive: true }));

function folder(files: Readonly<Record<string, string>> = {}): string {
  const path = mkdtempSync(join(root, 'm-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

function measure(parts: Partial<Measure>): Measure {
  return {
    id: 'm',
    numerator: 'flag',
    denominator: 'population',
    groupBy: null,
    smallNumberSuppression: false,
    place: { file: 'analysis/study_definition.py', line: 9 },
    ...parts,
  };
}

const logged: string[] = [];

async function generate(
  directory: string,
  measures: readonly Measure[],
  options: Partial<MeasuresRequest> = {},
): Promise<MeasuresResult> {
  logged.length = 0;
  return await generateMeasures({
    measures,
    directory,
    suffix: '',
    skipExisting: false,
    log: (message) => logged.push(message),
    ...options,
  });
}

const read = (directory: string, name: string): string =>
  readFileSync(join(directory, name), 'utf8');

describe('one date', () => {
  it.each<[name: string, parts: Partial<Measure>, csv: string, expected: string]>([
    [
      'a measure without groups: a row a patient',
      {},
      'flag,sex\n1,F\n0,M\n',
      'flag,population,value\n1.0,1,1.0\n0.0,1,0.0\n',
    ],
    [
      'everybody as one group, with the number of patients',
      { groupBy: ['population'], denominator: 'age' },
      'flag,age\n1,20\n1,60\n',
      'flag,age,population,value\n2.0,80.0,2,0.025\n',
    ],
    [
      'everybody, where the number of patients is the denominator',
      { groupBy: ['population'] },
      'flag\n1\n0\n',
      'flag,population,value\n1.0,2,0.5\n',
    ],
    [
      'groups in the order of their text, the blank one too',
      { groupBy: ['sex'] },
      'flag,sex\n1,M\n1,\n0,F\n1,F\n',
      'sex,flag,population,value\n,1.0,1,1.0\nF,1.0,2,0.5\nM,1.0,1,1.0\n',
    ],
    [
      'every combination of several groups, with no value where nobody is',
      { groupBy: ['sex', 'region'] },
      'flag,sex,region\n1,M,West\n0,F,"East, far"\n',
      'sex,region,flag,population,value\nF,"East, far",0.0,1,0.0\nF,West,0.0,0,\nM,"East, far",0.0,0,\nM,West,1.0,1,1.0\n',
    ],
    [
      'a number divided by nothing as infinite',
      { denominator: 'n' },
      'flag,n\n1,0\n0,0\n',
      'flag,n,value\n1.0,0.0,inf\n0.0,0.0,\n',
    ],
    [
      'the same numerator and denominator once',
      { denominator: 'flag' },
      'flag\n1\n',
      'flag,value\n1.0,1.0\n',
    ],
    [
      'groups that another measure adds up as numbers',
      { groupBy: ['age'] },
      'flag,age\n1,10\n1,9\n',
      'age,flag,population,value\n9.0,1.0,1,1.0\n10.0,1.0,1,1.0\n',
    ],
    ['a file without patients', { groupBy: ['sex'] }, 'flag,sex\n', 'sex,flag,population,value\n'],
    ['nobody as one group', { groupBy: ['population'] }, 'flag,sex\n', 'flag,population,value\n'],
  ])('is written with %s', async (_, parts, csv, expected) => {
    const directory = folder({ 'input_2020-01-01.csv': csv });
    const others = parts.groupBy?.includes('age')
      ? [measure({ id: 'other', numerator: 'age' })]
      : [];
    await generate(directory, [measure(parts), ...others]);
    expect(read(directory, 'measure_m_2020-01-01.csv')).toBe(expected);
  });
});

describe('small numbers', () => {
  it.each<[name: string, numbers: readonly number[], expected: readonly string[]]>([
    ['up to 5 are blank', [1, 5, 6], ['', '', '6.0']],
    ['zero stays', [0, 3, 4, 100], ['0.0', '', '', '100.0']],
    ['that add up to 5 or less take the next larger with them', [2, 10, 8], ['', '10.0', '']],
    ['take all rows of the next larger number', [1, 10, 10, 11], ['', '', '', '11.0']],
    ['that add up to more take no other', [3, 3, 6], ['', '', '6.0']],
    ['alone are simply blank', [2, 2], ['', '']],
    ['absent change nothing', [0, 6, 7], ['0.0', '6.0', '7.0']],
  ])('%s', async (_, numbers, expected) => {
    const directory = folder({
      'input_2020-01-01.csv': `flag,n\n${numbers.map((number) => `${number},100`).join('\n')}\n`,
    });
    await generate(directory, [measure({ denominator: 'n', smallNumberSuppression: true })]);
    const rows = read(directory, 'measure_m_2020-01-01.csv').trimEnd().split('\n').slice(1);
    expect(rows.map((row) => row.split(',')[0])).toEqual(expected);
    expect(rows.map((row) => row.split(',')[2] === '')).toEqual(
      expected.map((cell) => cell === ''),
    );
  });

  it('are told to the log, and turn whole numbers into floats', async () => {
    const directory = folder({
      'input_2020-01-01.csv': `g,flag\n${'a,1\n'.repeat(7)}${'b,1\n'.repeat(3)}`,
    });
    await generate(directory, [measure({ groupBy: ['g'], smallNumberSuppression: true })]);
    expect(read(directory, 'measure_m_2020-01-01.csv')).toBe(
      'g,flag,population,value\na,,,\nb,,,\n',
    );
    expect(logged.slice(0, 2)).toEqual([
      'Suppressed small numbers in column flag of measure m',
      'Suppressed the next larger numbers too in column flag of measure m',
    ]);
  });
});

describe('all dates', () => {
  const files = {
    'input_bp_2020-02-01.csv': 'flag,sex\n1,F\n',
    'input_bp_2020-01-01.csv': 'flag,sex\n0,"M, or F"\n',
    'input_bp.csv': 'not,dated\n',
    'input_2020-01-01.csv': 'of,another\n',
    'input_bp_2020-01-01.txt': 'not a table',
  };
  const bySex = measure({ groupBy: ['sex'] });

  it('are combined in order, with the date last and CRLF line ends', async () => {
    const directory = folder(files);
    const result = await generate(directory, [bySex], { suffix: '_bp' });
    expect(read(directory, 'measure_m.csv')).toBe(
      'sex,flag,population,value,date\r\n"M, or F",0.0,1,0.0,2020-01-01\r\nF,1.0,1,1.0,2020-02-01\r\n',
    );
    const names = ['measure_m_2020-01-01.csv', 'measure_m_2020-02-01.csv', 'measure_m.csv'];
    expect(result).toEqual({
      inputs: ['input_bp_2020-01-01.csv', 'input_bp_2020-02-01.csv'].map((name) =>
        join(directory, name),
      ),
      written: names.map((name) => join(directory, name)),
      kept: [],
    });
    expect(readdirSync(directory).sort()).toEqual([...Object.keys(files), ...names].sort());
  });

  it('keep files that are there already when told to, and combine them too', async () => {
    const directory = folder({
      ...files,
      'measure_m_2020-01-01.csv': 'sex,flag,population,value\nX,7.0,8,9.0\n',
    });
    const result = await generate(directory, [bySex], { suffix: '_bp', skipExisting: true });
    expect(result.kept).toEqual([join(directory, 'measure_m_2020-01-01.csv')]);
    expect(read(directory, 'measure_m.csv')).toContain('X,7.0,8,9.0,2020-01-01\r\n');
  });

  it('cannot be combined when kept files have other columns; what was combined before stays', async () => {
    const directory = folder({
      ...files,
      'measure_m_2020-01-01.csv': 'old,columns\n1,2\n',
      'measure_m.csv': 'before',
    });
    const failing = generate(directory, [bySex], { suffix: '_bp', skipExisting: true });
    await expect(failing).rejects.toThrow(
      'The files of measure "m" cannot be combined: measure_m_2020-01-01.csv and measure_m_2020-02-01.csv have different columns.',
    );
    expect(read(directory, 'measure_m.csv')).toBe('before');
  });

  it('come from a study without suffix alone, unless it wrote under another name', async () => {
    const csv = 'flag\n1\n';
    const both = folder({ 'input_2020-01-01.csv': csv, 'input_bp_2020-01-01.csv': 'x\n1\n' });
    expect((await generate(both, [measure({})])).inputs).toEqual([
      join(both, 'input_2020-01-01.csv'),
    ]);
    const other = folder({ 'input_mine_2020-01-01.csv': csv });
    expect((await generate(other, [measure({})])).inputs).toEqual([
      join(other, 'input_mine_2020-01-01.csv'),
    ]);
  });

  it('may be none, which the log says', async () => {
    expect(await generate(folder(), [bySex])).toEqual({ inputs: [], written: [], kept: [] });
    expect(logged.join()).toContain('run generate_cohort with --index-date-range first');
  });
});

describe('faults', () => {
  const code = (promise: Promise<unknown>): Promise<string | undefined> =>
    promise.then(
      () => 'none',
      (error: unknown) =>
        error instanceof FaultError ? error.diagnostics[0]?.code : String(error),
    );

  it.each<[code: string, files: Record<string, string>, parts: Partial<Measure>]>([
    ['measure-column-missing', { 'input_2020-01-01.csv': 'sex\nF\n' }, {}],
    ['measure-column-not-number', { 'input_2020-01-01.csv': 'flag\n1\n""\n' }, {}],
    ['measure-column-not-number', { 'input_2020-01-01.csv': 'flag\n1\nyes\n' }, {}],
    ['measure-input-date', { 'input_2020-02-30.csv': 'flag\n1\n' }, {}],
    [
      'measure-inputs-clash',
      { 'input_2020-01-01.csv': 'flag\n1\n', 'input_2020-01-01.feather': '' },
      {},
    ],
    [
      'measure-too-many-groups',
      {
        'input_2020-01-01.csv': `flag,a,b\n${Array.from({ length: 1500 }, (_, row) => `1,${row},${row}\n`).join('')}`,
      },
      { groupBy: ['a', 'b'] },
    ],
    ['file-malformed', { 'input_2020-01-01.feather': 'flag\n1\n' }, {}],
  ])('%s', async (expected, files, parts) => {
    expect(await code(generate(folder(files), [measure(parts)]))).toBe(expected);
  });

  it('name the row, never the value', async () => {
    const directory = folder({ 'input_2020-01-01.csv': 'flag\n1\nsecret\n' });
    await expect(generate(directory, [measure({})])).rejects.toThrow(
      /Column "flag" of .*input_2020-01-01.csv does not hold a number in row 3, the header counted as row 1\.$/,
    );
  });
});

/** Measures as pandas has them, from the same files. Division is of floats: pandas itself refuses to divide flags. */
const PANDAS = `
import json, sys
import pandas

def load(path, measures):
    numbers = {n for m in measures for n in (m['numerator'], m['denominator'])} - {'population'}
    groups = {g for m in measures for g in m['groupBy'] or []} - {'population'}
    types = {**{g: 'category' for g in groups}, **{n: 'float64' for n in numbers}}
    if path.endswith('.csv'):
        frame = pandas.read_csv(path, usecols=list(types), dtype=types, keep_default_na=False, float_precision='round_trip') if types else pandas.read_csv(path)[[]]
    elif path.endswith('.feather'):
        frame = pandas.read_feather(path)
    else:
        frame = pandas.read_stata(path)
    frame['population'] = 1
    return frame

def suppress(column):
    small = (column > 0) & (column <= 5)
    if not small.any():
        return column
    total = column[small].sum()
    large = column[column > 5]
    column = column.mask(small)
    if total <= 5 and len(large):
        column = column.mask(column == large.min())
    return column

def calculate(frame, m):
    by = m['groupBy']
    names = list(dict.fromkeys([m['numerator'], m['denominator'], *(by or [])]))
    frame = frame[names].copy()
    if by == ['population']:
        frame = frame.groupby(lambda row: 0).sum()
    elif by:
        frame = frame.groupby(by).sum().reset_index()
    if m['smallNumberSuppression']:
        for name in (m['numerator'], m['denominator']):
            frame[name] = suppress(frame[name])
    frame['value'] = frame[m['numerator']].astype(float) / frame[m['denominator']].astype(float)
    return frame.to_csv(index=False)

print(json.dumps([
    [calculate(load(path, case['measures']), m) for m in case['measures']]
    for case in json.load(sys.stdin) for path in case['paths']
]))
`;

describe('in pandas', () => {
  const RUNS = Number(process.env['FAST_CHECK_RUNS'] ?? 200);
  const labels = ['', 'a', 'B', 'a b', 'x, "y"', 'é', '10', '9', '\u{1f642}', '\u{ff5e}'];
  const cells = <T>(value: fc.Arbitrary<T>, rows: number): fc.Arbitrary<T[]> =>
    fc.array(value, { minLength: rows, maxLength: rows });

  const tables: fc.Arbitrary<Table> = fc.integer({ min: 1, max: 40 }).chain((rows) =>
    fc
      .record({
        region: cells(fc.integer({ min: -1, max: 9 }), rows),
        sex: cells(fc.integer({ min: -1, max: 2 }), rows),
        band: cells(fc.integer({ min: -2, max: 3 }), rows),
        known: cells(fc.integer({ min: 0, max: 1 }), rows),
        seen: cells(fc.constantFrom(NO_DATE, 0, 18_262, 18_300), rows),
        flag: cells(fc.integer({ min: 0, max: 1 }), rows),
        count: cells(fc.integer({ min: 0, max: 9 }), rows),
        level: cells(
          fc.oneof(fc.constantFrom(0, 1, 5, 6), fc.double({ min: -1e6, max: 1e17, noNaN: true })),
          rows,
        ),
      })
      .map((values) => ({
        rows,
        columns: [
          { name: 'region', type: 'str', values: Int32Array.from(values.region), labels },
          {
            name: 'sex',
            type: 'str',
            values: Int32Array.from(values.sex),
            labels: ['F', 'M', 'I'],
          },
          { name: 'band', type: 'int', values: Float64Array.from(values.band) },
          { name: 'known', type: 'bool', values: Uint8Array.from(values.known) },
          {
            name: 'seen',
            type: 'date',
            values: Int32Array.from(values.seen),
            format: 'YYYY-MM-DD',
          },
          { name: 'flag', type: 'bool', values: Uint8Array.from(values.flag) },
          { name: 'count', type: 'int', values: Float64Array.from(values.count) },
          { name: 'level', type: 'float', values: Float64Array.from(values.level) },
        ],
      })),
  );

  const numbers = fc.constantFrom('flag', 'count', 'level', 'population');
  const groupings = fc.oneof(
    fc.constant(null),
    fc.constant(['population']),
    fc.subarray(['region', 'sex', 'band', 'known', 'seen'], { minLength: 1, maxLength: 3 }),
  );
  const measures = fc
    .array(
      fc.record({
        numerator: numbers,
        denominator: numbers,
        groupBy: groupings,
        smallNumberSuppression: fc.boolean(),
      }),
      { minLength: 1, maxLength: 3 },
    )
    .map((list) => list.map((parts, index) => measure({ ...parts, id: `m${index}` })));

  it('come out the same, character for character, from every format', async () => {
    const cases: { measures: readonly Measure[]; paths: string[] }[] = [];
    const ours: string[][] = [];
    for (const [table, list] of fc.sample(fc.tuple(tables, measures), Math.ceil(RUNS / 4))) {
      const paths: string[] = [];
      for (const format of ['csv', 'feather', 'dta'] as const) {
        const directory = folder();
        const path = join(directory, `input_2020-01-01.${format}`);
        await writeTable(table, path, format);
        await generate(directory, list);
        paths.push(path);
        ours.push(list.map(({ id }) => read(directory, `measure_${id}_2020-01-01.csv`)));
      }
      cases.push({ measures: list, paths });
    }
    const theirs = runPython(PANDAS, cases) as string[][];
    const asked = cases.flatMap(({ paths, measures: list }) =>
      paths.map((path) => ({ format: path.split('.').at(-1), measures: list })),
    );
    for (const [index, question] of asked.entries()) {
      expect({ ...question, files: ours[index] }).toEqual({ ...question, files: theirs[index] });
    }
  });
});
