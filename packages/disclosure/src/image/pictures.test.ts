import { crc32, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { checkFile } from '../check-file.ts';
import { fixFile } from '../fix/fix-file.ts';
import { DISCLOSURE_SETTINGS } from '../settings.ts';

const rulesOf = (path: string, bytes: Uint8Array): readonly string[] =>
  Object.keys(checkFile({ path, bytes }).counts).toSorted();

function chunk(type: string, data: Uint8Array | string): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), Buffer.from(data)]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(body.length - 4, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** A picture of 4 × 3 grey pixels. */
function png(
  more: readonly Buffer[] = [],
  { pixels = Buffer.alloc(15), behind = '', width = 4 } = {},
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(3, 4);
  header.writeUInt8(8, 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...more,
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', ''),
    Buffer.from(behind),
  ]);
}

const segment = (marker: number, data: Uint8Array | string): Buffer => {
  const body = Buffer.from(data);
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
};

/** The frame of a JPEG; what its coded data say is nobody's matter here. */
function jpeg(more: readonly Buffer[] = [], behind = ''): Buffer {
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, 'JFIF\0\x01\x01\0\0\x01\0\x01\0\0'),
    ...more,
    segment(0xda, '\x01\x01\0\0\x3f\0'),
    Buffer.from([0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56, 0xff, 0xd9]),
    Buffer.from(behind),
  ]);
}

describe('PNG', () => {
  const rows = 'patient_id=1;age=30\n'.repeat(40);
  test.each<readonly [string, Uint8Array, readonly string[]]>([
    ['a plain picture', png(), []],
    ['what a library writes', png([chunk('tEXt', 'Software\0Matplotlib')]), ['metadata']],
    ['rows in a text', png([chunk('tEXt', `Comment\0${rows}`)]), ['hidden-content', 'patient-id']],
    [
      'rows in a packed text',
      png([chunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(rows)]))]),
      ['hidden-content', 'patient-id'],
    ],
    ['a chunk of its own', png([chunk('prVt', 'x')]), ['hidden-content']],
    ['further frames', png([chunk('acTL', Buffer.alloc(8))]), ['hidden-content']],
    ['a file behind the end', png([], { behind: 'PK\x03\x04' }), ['hidden-content']],
    ['bytes behind the last pixel', png([], { pixels: Buffer.alloc(16) }), ['hidden-content']],
    ['too few pixels', png([], { pixels: Buffer.alloc(14) }), ['unreadable']],
    ['a picture without end', png().subarray(0, -12), ['unreadable']],
    ['a size that fills the memory', png([], { width: 2 ** 31 - 1 }), ['too-large']],
    ['a bomb of pixels', png([], { pixels: Buffer.alloc(5_000_000) }), ['unreadable']],
  ])('%s', (_name, bytes, expected) => {
    expect(rulesOf('a.png', bytes)).toEqual(expected);
  });

  test('a wrong check sum', () => {
    const bytes = png();
    bytes[20] = 9;
    expect(rulesOf('a.png', bytes)).toEqual(['unreadable']);
  });

  test('the fixed copy has the pixels and nothing else', () => {
    const bytes = png([chunk('tEXt', 'Author\0A. N. Other'), chunk('prVt', 'x')], { behind: 'PK' });
    const fixed = fixFile({ path: 'a.png', bytes });
    expect(fixed.report).toMatchObject({ passes: true, counts: {} });
    expect(Buffer.from(fixed.bytes ?? [])).toEqual(png());
  });
});

describe('JPEG', () => {
  test.each<readonly [string, Uint8Array, readonly string[]]>([
    ['a plain picture', jpeg(), []],
    ['a comment', jpeg([segment(0xfe, 'made on a Sunday')]), ['metadata']],
    ['long metadata', jpeg([segment(0xe1, `Exif\0\0${'x'.repeat(600)}`)]), ['hidden-content']],
    ['a page behind the end', jpeg([], '<script>'), ['hidden-content']],
    ['no end', jpeg().subarray(0, -2), ['unreadable']],
    [
      'bytes between the parts',
      Buffer.concat([jpeg().subarray(0, 2), Buffer.from('x')]),
      ['unreadable'],
    ],
  ])('%s', (_name, bytes, expected) => {
    expect(rulesOf('a.jpg', bytes)).toEqual(expected);
  });

  test('the fixed copy has the picture and nothing else', () => {
    const bytes = jpeg([segment(0xfe, 'c'), segment(0xe1, 'Exif\0\0')], 'behind');
    const fixed = fixFile({ path: 'a.jpeg', bytes });
    expect(fixed.report.counts).toEqual({});
    expect(Buffer.from(fixed.bytes ?? [])).toEqual(jpeg());
  });
});

describe('packed tables', () => {
  const table = 'sex,n\nF,3\nM,10\n';
  test('are read', () => {
    expect(rulesOf('a.csv.gz', gzipSync(table))).toEqual(['small-count']);
    expect(rulesOf('a.csv.gz', gzipSync('sex,n\nF,15\nM,10\n'))).toEqual([]);
  });

  test('a bomb is refused before it fills the memory', () => {
    const settings = { ...DISCLOSURE_SETTINGS, maximumExpandedBytes: 1000 };
    const bytes = gzipSync(Buffer.alloc(1_000_000));
    expect(checkFile({ path: 'a.csv.gz', bytes }, settings).counts).toEqual({ 'too-large': 1 });
  });

  test('several packed parts are one table', () => {
    const bytes = Buffer.concat([gzipSync('sex,n\nF,10\n'), gzipSync('M,3\n')]);
    expect(rulesOf('a.csv.gz', bytes)).toEqual(['small-count']);
  });

  test('bytes behind the end, and what is no gzip', () => {
    const bytes = Buffer.concat([gzipSync('n\n10\n'), Buffer.from('patient 1')]);
    expect(rulesOf('a.csv.gz', bytes)).not.toEqual([]);
    expect(rulesOf('a.csv.gz', Buffer.from(table))).toEqual(['unreadable']);
    expect(rulesOf('a.csv.gz', gzipSync(table).subarray(0, -3))).toEqual(['unreadable']);
  });

  test('a fixed copy is packed again', () => {
    const fixed = fixFile({ path: 'a.csv.gz', bytes: gzipSync(table) });
    expect(fixed.report).toMatchObject({ passes: true });
    expect(rulesOf('a.csv.gz', fixed.bytes ?? Buffer.alloc(0))).toEqual([]);
  });
});
