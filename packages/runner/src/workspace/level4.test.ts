import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkLevel4, LEVEL4_RULES } from './level4.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 200);

async function check(path: string, content: string | Uint8Array, size?: number) {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return checkLevel4({ path, size: size ?? bytes.length, read: async () => bytes });
}

const rows = (count: number) => `a,b\n${'1,2\n'.repeat(count)}`;

describe('what may be seen', () => {
  test.each([
    ['output/table.csv', rows(5000), 5000, 2],
    ['output/empty.csv', '', 0, 0],
    ['output/figure.png', '\x89PNG', null, null],
    ['output/notes.txt', 'patient_id is not in here', null, null],
    ['output/notes.md', '# patient_id\n', null, null],
    ['output/a.json', '{}', null, null],
    ['output/counts.csv', 'patient_identified,n\n1,2\n', 1, 2],
  ])('%s', async (path, content, rowCount, columnCount) => {
    const verdict = { refusal: null, rows: rowCount, columns: columnCount };
    expect(await check(path, content)).toMatchObject(verdict);
  });

  test('with what must not leave as it is', async () => {
    const { disclosure } = await check('t.csv', 'region,n\nLondon,3\nEast,20\n');
    expect(disclosure).toMatchObject({ passes: false, counts: { 'small-count': 1 } });
    expect(disclosure?.findings[0]?.place).toMatchObject({ line: 2, column: 'n', cell: 'B2' });
    expect((await check('t.csv', 'region,n\nEast,20\n')).disclosure).toMatchObject({
      passes: true,
    });
    const owner = { ...LEVEL4_RULES, disclosure: { ...LEVEL4_RULES.disclosure, threshold: 30 } };
    const bytes = new TextEncoder().encode('region,n\nEast,20\n');
    const verdict = { path: 't.csv', size: bytes.length, read: async () => bytes };
    expect((await checkLevel4(verdict, owner)).disclosure).toMatchObject({ passes: false });
  });
});

describe('what may not', () => {
  test.each([
    ['too many rows', 't.csv', rows(5001), /5001 rows; the limit is 5000/],
    ['a type that is not in the list', 't.rds', '', /\.rds/],
    ['capitals', 't.CSV', rows(1), /\.CSV/],
    ['compressed', 't.csv.gz', '', /\.gz/],
    ['no type', 'output/table', '', /without an extension/],
    ['hidden file', 'output/.csv', '', /without an extension/],
    ['the column', 't.csv', 'patient_id,sex\n1,F\n', /patient_id/],
    ['capitals in the column', 't.csv', 'sex,Patient_ID\n1,F\n', /patient_id/],
    ['quotation marks', 't.csv', '"patient_id","sex"\n1,F\n', /patient_id/],
    ['a byte order mark', 't.csv', '\uFEFFpatient_id,sex\n1,F\n', /patient_id/],
    ['semicolons', 't.csv', 'patient_id;sex\n1;F\n', /patient_id/],
    ['tabs', 't.csv', 'patient_id\tsex\n1\tF\n', /patient_id/],
    ['two delimiters', 't.csv', 'patient_id,x;a;b;c\n1;1;2;3\n', /patient_id/],
    ['spaces', 't.csv', ' patient id , sex\n1,F\n', /patient_id/],
    ['invisible characters', 't.csv', 'pat\u200Bient_id,sex\n1,F\n', /patient_id/],
    ['wide letters', 't.csv', 'ｐａｔｉｅｎｔ_id,sex\n1,F\n', /patient_id/],
    ['blank lines before', 't.csv', '\n\r\npatient_id,sex\n1,F\n', /patient_id/],
    ['a comment before', 't.csv', '# table\npatient_id,sex\n1,F\n', /patient_id/],
    ['a table as text', 't.txt', 'patient_id,sex\n1,F\n', /patient_id/],
    ['a table as log', 'x.log', 'sex\tpatient_id\n1\tF\n', /patient_id/],
    ['both faults', 't.csv', `patient_id\n${'1\n'.repeat(5001)}`, /patient_id.*5001/],
    ['unreadable', 't.csv', 'a,b\n"1,2\n', /cannot be checked/],
  ])('%s', async (_name, path, content, reason) => {
    expect(await check(path, content)).toMatchObject({
      refusal: expect.stringMatching(reason),
      disclosure: null,
    });
  });

  test('too large, without reading it', async () => {
    const read = () => Promise.reject(new Error('read'));
    const size = LEVEL4_RULES.maximumBytes + 1;
    const verdict = await checkLevel4({ path: 't.csv', size, read });
    expect(verdict.refusal).toMatch(/16\.0 MiB; the limit is 16\.0 MiB/);
  });
});

test('no bytes at all make the check fall over, and what it lets through it could read', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      const { refusal, rows: count } = await check('t.csv', bytes);
      expect(refusal === null).toBe(count !== null);
    }),
    { numRuns },
  );
});

test('the patient_id column is found in every place and dress', async () => {
  const dress = fc.record({
    name: fc.constantFrom('patient_id', 'PATIENT_ID', 'Patient Id', 'patient-id', 'patientId'),
    quote: fc.boolean(),
    space: fc.constantFrom('', ' ', '\t'),
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    before: fc.array(fc.stringMatching(/^[a-z]{1,6}$/), { maxLength: 4 }),
    after: fc.array(fc.stringMatching(/^[a-z]{1,6}$/), { maxLength: 4 }),
    mark: fc.constantFrom('', '\uFEFF'),
  });
  await fc.assert(
    fc.asyncProperty(dress, async ({ name, quote, space, delimiter, before, after, mark }) => {
      const column = quote ? `"${name}"` : `${space}${name}${space}`;
      const header = [...before, column, ...after].join(delimiter);
      const { refusal } = await check('t.csv', `${mark}${header}\n`);
      expect(refusal).toMatch(/patient_id/);
    }),
    { numRuns },
  );
});
