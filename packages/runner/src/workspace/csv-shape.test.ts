import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCsvShape } from './csv-shape.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 200);

function shapeOf(text: string | Uint8Array) {
  const reading = readCsvShape(typeof text === 'string' ? new TextEncoder().encode(text) : text);
  return reading.readable ? [reading.shape.rows, reading.shape.columns] : reading.reason;
}

describe('rows and columns', () => {
  test.each([
    ['', [0, 0]],
    ['\n\n', [0, 0]],
    ['a', [0, 1]],
    ['a,b', [0, 2]],
    ['a,b\n1,2\n', [1, 2]],
    ['a,b\r\n1,2\r\n', [1, 2]],
    ['a,b\r1,2\r3,4', [2, 2]],
    ['a,b\n\n1,2\n\n\n3,4\n\n', [2, 2]],
    ['\uFEFFa,b\n1,2', [1, 2]],
    ['a,b\n"x\ny",2\n', [1, 2]],
    ['a,b\n"x""\n",2\n', [1, 2]],
    ['a,b\nx"y,2\nz"w,3\n', [2, 2]],
    ['a;b;c\n1;2;3\n', [1, 3]],
    ['a\tb\n1\t2\n', [1, 2]],
    ['sep=;\na;b\n1;2\n', [1, 2]],
    ['# made by a script\na,b\n1,2\n', [1, 2]],
    ['"a;1;2;3;4",b\n1,2\n', [1, 2]],
    ['"a\nb",c\n1,2\n', [1, 2]],
    ['\n\n a,b\n1,2', [1, 2]],
    ['a,b\n"",""\n', [1, 2]],
  ])('%j has shape %j', (text, shape) => {
    expect(shapeOf(text)).toEqual(shape);
  });
});

describe('what cannot be read for certain has no shape', () => {
  test.each([
    ['an open quotation mark', 'a,b\n"1,2\n3,4\n', /never closed/],
    ['UTF-16', Uint8Array.from(Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le')), /UTF-8/],
    ['UTF-16 without mark', Uint8Array.from(Buffer.from('a,b\n', 'utf16le')), /NUL/],
    ['Latin-1', Uint8Array.from(Buffer.from('a,b\n\xa35,2\n', 'latin1')), /UTF-8/],
    ['a compressed file', Uint8Array.from([0x1f, 0x8b, 8, 0, 0]), /UTF-8/],
    ['a table hidden in one field', `a,b\n"${'1,2\n'.repeat(40_000)}",2\n`, /longer than/],
  ])('%s', (_name, text, reason) => {
    expect(shapeOf(text)).toMatch(reason);
  });
});

test('counts what a CSV writer wrote, whatever the cells hold', () => {
  const cell = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[a,"\r\n;| ]*$/),
    fc.constantFrom('', '"', '\n', ',', 'patient_id'),
  );
  const width = fc.integer({ min: 1, max: 5 });
  const table = width.chain((columns) =>
    fc.record({
      header: fc.array(fc.stringMatching(/^[a-z_]{1,8}$/), {
        minLength: columns,
        maxLength: columns,
      }),
      rows: fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { maxLength: 20 }),
      end: fc.constantFrom('\n', '\r\n', '\r'),
      blankLines: fc.integer({ min: 1, max: 3 }),
    }),
  );
  fc.assert(
    fc.property(table, ({ header, rows, end, blankLines }) => {
      const quote = (text: string) => `"${text.replaceAll('"', '""')}"`.replaceAll('\0', '');
      const lines = [header.join(','), ...rows.map((row) => row.map(quote).join(','))];
      expect(shapeOf(lines.join(end.repeat(blankLines)))).toEqual([rows.length, header.length]);
    }),
    { numRuns },
  );
});
