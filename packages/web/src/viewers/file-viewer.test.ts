import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileViewer, readTable, VIEW_LIMIT, type ViewKind, viewKindOf } from './file-viewer.ts';
import { indentJson } from './indent-json.ts';
import { notebookPicture } from './notebook-viewer.ts';
import { readDelimited } from './read-delimited.ts';
import type { SortOrder } from './sort-rows.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]);

async function shown(path: string, bytes: Uint8Array, size = bytes.length): Promise<string> {
  const view = { path, size, read: async () => bytes, address: '/raw' };
  return (await fileViewer(view)).toString();
}

test.each<[string, ViewKind]>([
  ['a.csv', 'table'],
  ['a.CSV', 'table'],
  ['a.csv.gz', 'table'],
  ['a.tsv', 'table'],
  ['a.html', 'document'],
  ['a.htm', 'document'],
  ['a.svg', 'document'],
  ['a.svg.gz', 'none'],
  ['a.png', 'picture'],
  ['a.JPG', 'picture'],
  ['a.ipynb', 'notebook'],
  ['metadata/a.log', 'log'],
  ['a.txt', 'text'],
  ['a.md', 'code'],
  ['a.json', 'code'],
  ['a.py', 'code'],
  ['a.pdf', 'none'],
  ['a.csv.exe', 'none'],
  ['csv', 'none'],
  ['a.constructor', 'none'],
])('%s is shown as: %s', (path, kind) => expect(viewKindOf(path)).toBe(kind));

describe('a file on a page', () => {
  const table = 'group,n\nold,10\nyoung,=1+1\n';
  test.each<[string, string, Uint8Array, readonly string[]]>([
    ['a table', 'a.csv', encode(table), ['2 rows, 2 columns', '<td>=1+1</td>']],
    ['a packed table', 'a.csv.gz', gzipSync(table), ['2 rows, 2 columns']],
    ['a table with tabulators', 'a.tsv', encode('a\tb\n1\t2'), ['1 row, 2 columns']],
    ['a table that begins with a mark', 'a.csv', encode('\uFEFFa\nx'), ['<th scope="col">a</th>']],
    ['an empty table', 'a.csv', encode('\n'), ['The file is empty.']],
    ['a table that is none', 'a.csv', encode('a\n"1'), ['never closed', 'class="line"']],
    ['what cannot be unpacked', 'a.csv.gz', encode('no'), ['cannot be unpacked']],
    ['what unpacks to too much', 'a.csv.gz', gzipSync(Buffer.alloc(VIEW_LIMIT + 1)), ['20 MB']],
    ['text that is bytes', 'a.txt', Uint8Array.of(0, 1, 2), ['not the text']],
    ['text of Windows', 'a.txt', Uint8Array.of(0x4d, 0xfc, 0x73), ['Müs']],
    ['a document', 'a.html', encode('<script>1</script>'), ['<iframe', ' sandbox ', 'src="/raw"']],
    ['a drawing', 'a.svg', encode('<svg/>'), ['<iframe', ' sandbox ']],
    ['a picture', 'a.png', png, ['<img src="/raw"']],
    ['a page called a picture', 'a.png', encode('<html>'), ['is not the picture']],
    ['a notebook that is none', 'a.ipynb', encode('{}'), ['The file is no notebook']],
    [
      'JSON in one line',
      'a.json',
      encode('{"a":[1.50,2]}'),
      ['line breaks have been added', '1.50'],
    ],
    ['something else', 'a.pdf', encode('%PDF'), ['We cannot show a preview']],
  ])('%s', async (_, path, bytes, expected) => {
    const page = await shown(path, bytes);
    for (const text of expected) expect(page).toContain(text);
    expect(page).not.toContain('<script');
  });

  test('a file that is too large is not even read', async () => {
    const read = (): Promise<Uint8Array> => Promise.reject(new Error('it was read'));
    const view = { path: 'a.csv', size: VIEW_LIMIT + 1, read, address: '/raw' };
    expect((await fileViewer(view)).toString()).toContain('larger than 20 MB');
  });

  test('a long table is shown in part, and says so', async () => {
    const page = await shown('a.csv', encode(`n\n${'1\n'.repeat(6000)}`));
    expect(page).toContain('The first 5,000 rows of more, 1 column; summaries are of these rows');
    expect(page.match(/<tr><th scope="row">\d/g)).toHaveLength(5000);
  });

  test('where nothing may be taken away, nothing speaks of downloads or leads to the bytes alone', async () => {
    const bytes = new Map([
      ['a.pdf', encode('x')],
      ['a.csv.gz', encode('x')],
      ['a.png', png],
      ['a.html', encode('<p>x')],
    ]);
    for (const [path, content] of bytes) {
      const view = {
        path,
        size: 1,
        read: async () => content,
        address: '/raw',
        canDownload: false,
      };
      const page = (await fileViewer(view)).toString();
      expect(page).not.toMatch(/Download|href="\/raw"/);
    }
  });

  test('a log is shown from its end, with the way to all of it', async () => {
    const text = `${'line\n'.repeat(5000)}last`;
    const logEnd = { characters: 10_000, wholeAddress: '?whole=yes' };
    const view = {
      path: 'a.log',
      size: 1,
      read: async () => encode(text),
      address: '/raw',
      logEnd,
    };
    const page = (await fileViewer(view)).toString();
    expect(page).toContain('last');
    expect(page).toContain('left out. <a href="?whole=yes">Show all of it</a>');
    expect(page.match(/class="line"/g)?.length).toBeLessThan(2002);
  });

  test('rows stand as the address says, and headings lead to other orders', async () => {
    const sorting = {
      order: { column: 1, descending: true },
      address: (order: SortOrder | null) => `?${order?.column}${order?.descending}`,
    };
    const view = {
      path: 'a.csv',
      size: 1,
      read: async () => encode(table),
      address: '/raw',
      sorting,
    };
    const page = (
      await fileViewer({ ...view, read: async () => encode('g,n\na,1\nb,2') })
    ).toString();
    expect(page).toContain('aria-sort="descending"><a href="?1false">n ↓</a>');
    expect(page).toContain('<a href="?0false">g</a>');
    expect(page.indexOf('<td>b</td>')).toBeLessThan(page.indexOf('<td>a</td>'));
  });

  test('a wide table is shown in part, and says so', async () => {
    const row = Array.from({ length: 1000 }, (_, n) => `c${n}`).join(',');
    const page = await shown('a.csv', encode(`${row}\n`.repeat(3000)));
    expect(page).toContain('The table has 1000 columns; the first 200 are shown.');
    expect(page).toContain('The first 500 rows of more');
  });
});

test('a table is read as it was written', () => {
  const cell = fc.string({ unit: 'grapheme', maxLength: 8 });
  const rows = fc.integer({ min: 1, max: 5 }).chain((columns) =>
    fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), {
      minLength: 1,
      maxLength: 6,
    }),
  );
  fc.assert(
    fc.property(rows, (table) => {
      const text = table
        .map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(','))
        .join('\n');
      const read = readDelimited(text, ',', { rows: 100, columns: 100, cells: 1000 });
      expect([read?.columns, ...(read?.rows ?? [])]).toEqual(table);
    }),
  );
});

test('rows of other lengths than the header stay as they are', () => {
  expect(readTable('a.csv', 'a,b\n1\n1,2,3\n')?.rows).toEqual([['1'], ['1', '2']]);
});

test('JSON on lines of its own says the same', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      const indented = indentJson(text);
      expect(JSON.parse(indented)).toEqual(JSON.parse(text));
      expect(indented).toBe(JSON.stringify(JSON.parse(text), null, 2));
    }),
  );
  expect(indentJson('['.repeat(100_000)).length).toBeLessThan(8_000_000);
});

test('a picture of a notebook by its place and kind', () => {
  const data = {
    'image/png': 'iVBORw0=',
    'image/svg+xml': ['<svg>', '</svg>'],
    'text/html': '<b>',
  };
  const text = JSON.stringify({
    cells: [{ cell_type: 'code', source: '', outputs: [{ output_type: 'display_data', data }] }],
  });
  const found = (cell: number, output: number, type: string): string | null => {
    const bytes = notebookPicture(text, cell, output, type);
    return bytes === null ? null : Buffer.from(bytes).toString('latin1');
  };
  expect(found(0, 0, 'image/png')).toBe('\x89PNG\r');
  expect(found(0, 0, 'image/svg+xml')).toBe('<svg></svg>');
  expect(found(0, 0, 'text/html')).toBeNull();
  expect(found(0, 1, 'image/png')).toBeNull();
  expect(found(1, 0, 'image/png')).toBeNull();
  expect(notebookPicture('no', 0, 0, 'image/png')).toBeNull();
});
