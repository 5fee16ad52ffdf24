import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeViewer, languageOf } from './code-viewer.ts';
import { type ColumnSummary, type NumberRange, summariseColumn } from './column-summary.ts';
import { documentViewer, STUDY_DOCUMENT_HEADERS } from './document-viewer.ts';
import { notebookViewer } from './notebook-viewer.ts';
import { type SortOrder, sortRows } from './sort-rows.ts';
import { tableViewer } from './table-viewer.ts';
import { plainText, textViewer } from './text-viewer.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 100);

const hostile = '<script>alert(1)</script><img src=x onerror=alert(1)>"\' onload="alert(1)';

/** All elements of a page are our own, and none acts. */
function expectNoMarkup(page: string): void {
  const tags = [...page.matchAll(/<([a-z][a-z0-9]*)([^>]*)>/g)];
  const foreign = tags.filter(
    ([, name = '', attributes = '']) =>
      name === 'script' || / on\w+=/.test(attributes.replace(/"[^"]*"/g, '')),
  );
  expect(foreign.map(([tag]) => tag)).toEqual([]);
  expect(page).not.toContain('src=x onerror=alert(1)>');
}

test.each<readonly [readonly string[], Partial<ColumnSummary>]>([
  [[], { type: 'empty', rows: 0, range: null }],
  [['', 'NA', 'NaN', 'null', 'None'], { type: 'empty', missing: 5, rows: 5 }],
  [['two', '1', '1'], { type: 'mixed', numbers: 2, distinct: 2, isMore: false }],
  [['two', ''], { type: 'texts', numbers: 0, missing: 1 }],
  [
    ['[REDACTED]', 'redacted', 'n/a', '<=7', '12'],
    { type: 'whole numbers', redacted: 4, numbers: 1 },
  ],
  [['[REDACTED]'], { type: 'empty', redacted: 1, missing: 0 }],
  [['1e3', '', '7.5'], { type: 'decimals', missing: 1 }],
])('a column of %j', (values, expected) => {
  expect(summariseColumn(values)).toMatchObject(expected);
});

test.each<readonly [readonly string[], Partial<NumberRange>]>([
  [['3', '10', '-2.5'], { least: '-2.5', greatest: '10', leastNonZero: '-2.5', sum: '10.5' }],
  [['0', '0.0'], { least: '0', leastNonZero: null, sum: '0', divisibleBy5: true, midpoint6: true }],
  [['5', '10', '60'], { divisibleBy5: true, divisibleBy6: false, midpoint6: false }],
  [['0', '6', '12'], { divisibleBy5: false, divisibleBy6: true, midpoint6: false }],
  [['0', '3', '9', '15'], { divisibleBy5: false, divisibleBy6: false, midpoint6: true }],
  [['0.1', '0.2'], { sum: '0.3', divisibleBy5: false, midpoint6: false }],
])('numbers %j', (values, expected) => {
  expect(summariseColumn(values).range).toMatchObject(expected);
});

test.each<readonly [string, SortOrder | null, readonly number[]]>([
  ['as in the file', null, [1, 2, 3, 4]],
  ['by numbers', { column: 0, descending: false }, [3, 1, 2, 4]],
  ['by numbers downwards, what is empty still last', { column: 0, descending: true }, [2, 1, 3, 4]],
  ['by words', { column: 1, descending: false }, [3, 2, 1, 4]],
  ['by a column that is not there', { column: 7, descending: true }, [1, 2, 3, 4]],
])('rows %s keep their numbers', (_, order, expected) => {
  const rows = [
    ['9', 'c'],
    ['10', 'b'],
    ['-1', 'a10'],
    ['', 'd'],
  ];
  const named = rows.map(([value = '', word = '']) => [value, word === 'a10' ? 'a' : word]);
  expect(sortRows(named, order).map(({ number }) => number)).toEqual(expected);
});

test('sorting loses no row, whatever is in it', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('1', 'NaN', '-0', '1e400')), {
          maxLength: 3,
        }),
      ),
      fc.nat(3),
      fc.boolean(),
      (rows, column, descending) => {
        const sorted = sortRows(rows, { column, descending });
        expect(sorted.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(
          rows.map((_row, index) => index + 1),
        );
        for (const { number, cells } of sorted) expect(cells).toBe(rows[number - 1]);
      },
    ),
    { numRuns },
  );
});

test('a column of very many different texts is said to have more', () => {
  const values = Array.from({ length: 1500 }, (_, index) => `x${index}`);
  expect(summariseColumn(values)).toMatchObject({ distinct: 1000, isMore: true });
});

test('a table keeps every cell, says what was found where, and how much is not shown', () => {
  const rows = Array.from({ length: 6000 }, (_, index) => [String(index), `name ${index}`, '']);
  const page = tableViewer({
    name: 'counts.csv',
    columns: ['count', 'label', 'note'],
    rows,
    marks: [
      { row: 2, column: 'count', text: 'A count below 8.', tone: 'danger' },
      { row: 5500, column: 'count', text: 'Not rounded.', tone: 'warning' },
    ],
  }).toString();
  expect(page.match(/<tr><th scope="row">\d+<\/th>/g)).toHaveLength(5000);
  expect(page).toContain('6,000 rows, 3 columns; the first 5,000 are shown');
  expect(page).toContain(
    '<td class="marked tone-danger">1<span class="mark-text" id="mark-1" tabindex="-1">A count below 8.</span></td>',
  );
  expect(page).toContain('1 of them are in rows that are not shown.');
  expect(page).toContain('0 to 5999');
  expect(page).toContain('all empty');
});

test('nothing in a table becomes markup, however short or long its rows are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constant(hostile)), { minLength: 1, maxLength: 4 }),
      fc.array(fc.array(fc.oneof(fc.string(), fc.constant(hostile)), { maxLength: 6 }), {
        maxLength: 5,
      }),
      (columns, rows) => {
        const page = tableViewer({ name: hostile, columns, rows }).toString();
        expectNoMarkup(page);
        const table = page.slice(page.lastIndexOf('<table'));
        expect(table.match(/<tr/g)).toHaveLength(rows.length + 2);
        expect(table.match(/<td/g) ?? []).toHaveLength(columns.length * (rows.length + 1));
      },
    ),
    { numRuns },
  );
});

test.each([
  ['a\r\nb', 'a\nb'],
  ['\u001b[31mred\u001b[0m', 'red'],
  ['10%\r50%\r100%\ndone', '100%\ndone'],
  ['\u001b]0;title\u0007x', 'x'],
  ['a\0b\u0008c\td', 'abc\td'],
])('%j is shown as %j', (text, expected) => {
  expect(plainText(text)).toBe(expected);
});

test('of a long log the end is shown, in whole lines, with the number of the first', () => {
  const text = Array.from({ length: 1000 }, (_, index) => `line ${index + 1}`).join('\n');
  const page = textViewer({ name: 'x.log', text, limit: 100, fromEnd: true }).toString();
  expect(page).toContain('line 1000');
  expect(page).toMatch(/from line 99\d/);
  expect(page).not.toContain('>ine');
  expect(textViewer({ name: 'x', text: '' }).toString()).toContain('The file is empty.');
});

test.each([
  ['analysis/study_definition.py', 'python'],
  ['analysis/model.R', 'r'],
  ['a.do', 'stata'],
  ['project.yaml', 'yaml'],
  ['README', null],
  ['.gitignore', null],
] as const)('%s is %s', (path, expected) => {
  expect(languageOf(path)).toBe(expected);
});

test('code is coloured by classes alone, and its text stays what it is', async () => {
  const code = '# Why\nfrom ehrql import x\nname = "a <b> & c"\ncount = 7\n';
  const page = (await codeViewer('x.py', code, 'python')).toString();
  expect(page).toContain('class="token-comment"');
  expect(page).toContain('class="token-string"');
  expect(page).not.toContain('style=');
  expect(textOf(page)).toBe(code);
  expectNoMarkup((await codeViewer('x', hostile, null)).toString());
});

test('the text of any code stays what it is, in every language', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('python', 'r', 'stata', 'sql', 'yaml', 'json', 'markdown', 'shellscript'),
      fc.array(fc.oneof(fc.string(), fc.constant(hostile)), { maxLength: 5 }),
      async (language, parts) => {
        const code = parts.join('\n').replace(/[\r\u2028\u2029]/g, '');
        const page = (await codeViewer('x', code, language)).toString();
        expect(textOf(page)).toBe(`${code.replace(/\n$/, '')}\n`);
        expectNoMarkup(page);
      },
    ),
    { numRuns },
  );
}, 300_000);

test('a notebook is shown without anything of its markup', async () => {
  const text = JSON.stringify({
    metadata: { language_info: { name: 'python' } },
    cells: [
      { cell_type: 'markdown', source: ['# What it is about\n', '\n', hostile] },
      {
        cell_type: 'code',
        source: ['import pandas\n', 'table'],
        outputs: [
          { output_type: 'stream', text: ['\u001b[1mread\u001b[0m 5 rows\n', hostile] },
          { output_type: 'execute_result', data: { 'text/html': hostile, 'text/plain': 'a  b' } },
          { output_type: 'display_data', data: { 'image/png': 'iVBOR' } },
          { output_type: 'display_data', data: { 'application/javascript': 'alert(1)' } },
          {
            output_type: 'error',
            ename: 'E',
            evalue: 'x',
            traceback: ['\u001b[0;31mE\u001b[0m', hostile],
          },
        ],
      },
      null,
      { cell_type: 'raw', source: hostile },
    ],
  });
  const page = (
    await notebookViewer({
      name: 'n.ipynb',
      text,
      outputAddress: (cell, output) => `/outputs/${cell}/${output}`,
    })
  )?.toString();
  expect(page).toContain('<h3>What it is about</h3>');
  expect(page).toContain('src="/outputs/1/2"');
  expect(page).toContain('An output of another kind (application/javascript) is not shown here.');
  expect(page).not.toContain('\u001b');
  expectNoMarkup(page ?? '');
});

test.each(['', 'null', '[]', '{}', '{"cells":{}}', 'not json'])(
  '%j is no notebook',
  async (text) => {
    expect(await notebookViewer({ name: 'n', text })).toBeNull();
  },
);

test('any JSON at all is a notebook or none, and never breaks the page', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 4 }), async (cells) => {
      const page = await notebookViewer({ name: 'n', text: JSON.stringify({ cells }) });
      expectNoMarkup(page?.toString() ?? '');
    }),
    { numRuns },
  );
});

test('documents of a study are framed without any permission, and served so that they have none alone', () => {
  const frame = documentViewer('report.html', '/outputs/report.html').toString();
  expect(frame).toMatch(/<iframe [^>]*\bsandbox /);
  expect(frame).not.toMatch(/allow-|sandbox="/);
  const policy = STUDY_DOCUMENT_HEADERS['content-security-policy'] ?? '';
  expect(policy).toMatch(/^sandbox; default-src 'none'/);
  expect(policy).not.toMatch(/script-src|allow-|connect-src|https?:|\*/);
});

/** The text of a page's code, as a reader copies it. */
function textOf(page: string): string {
  return page
    .replace(/^.*?<code>|<\/code>.*$/gs, '')
    .replace(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
