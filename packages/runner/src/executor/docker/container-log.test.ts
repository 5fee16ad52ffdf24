import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLog, renderLog, storedBytes } from './container-log.ts';

const time = '2026-11-22T15:35:42.957881648Z';

/** A frame as the engine sends it: stream, three empty bytes, length, text. */
function frame(stream: 1 | 2, text: string, at: string = time): Buffer {
  const body = Buffer.from(`${at} ${text}`);
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

describe('reading the engine’s stream', () => {
  test.each<[string, readonly Buffer[], readonly string[]]>([
    ['nothing', [], []],
    ['one line', [frame(1, 'hello\n')], ['hello']],
    ['a line without an end', [frame(1, 'hello')], ['hello']],
    ['an empty line', [frame(1, '\n')], ['']],
    ['both streams in their order', [frame(2, 'a\n'), frame(1, 'b\n')], ['a', 'b']],
    ['a long line in pieces', [frame(1, 'aa'), frame(1, 'bb'), frame(1, 'c\n')], ['aabbc']],
    [
      'a line of the other stream between the pieces',
      [frame(1, 'aa'), frame(2, 'x\n'), frame(1, 'bb\n')],
      ['aabb', 'x'],
    ],
    ['a line end of Windows', [frame(1, 'hello\r\n')], ['hello']],
    ['blanks in front', [frame(1, '  hello\n')], ['  hello']],
  ])('%s', (_name, frames, texts) => {
    expect(readLog(Buffer.concat(frames)).map((line) => line.text)).toEqual(texts);
  });

  test('each line has the time of its first piece', () => {
    const later = '2026-11-22T15:35:43.000000000Z';
    const lines = readLog(Buffer.concat([frame(1, 'a', time), frame(1, 'b\n', later)]));
    expect(lines).toEqual([{ time, text: 'ab' }]);
  });

  test('any lines come out as they went in, however they were cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.stringMatching(/^[^\r\n]*$/), { minLength: 1, maxLength: 4 })),
        (lines) => {
          const frames = lines.flatMap((parts) =>
            parts.map((part, index) => frame(1, index === parts.length - 1 ? `${part}\n` : part)),
          );
          expect(readLog(Buffer.concat(frames)).map((line) => line.text)).toEqual(
            lines.map((parts) => parts.join('')),
          );
        },
      ),
      { numRuns: Number(process.env['FAST_CHECK_RUNS'] ?? 200) },
    );
  });

  test('a stream that ends within a frame gives what there is', () => {
    const whole = frame(1, 'hello\n');
    expect(readLog(whole.subarray(0, whole.length - 3))).toEqual([{ time, text: 'hel' }]);
  });
});

describe('showing a log', () => {
  const lines = ['one', 'two', 'three'].map((text) => ({ time, text }));

  test('a log within its limit is shown whole', () => {
    expect(renderLog(lines, 10_000, false)).toBe(`${time} one\n${time} two\n${time} three\n`);
  });

  test('a log over its limit keeps its end and says so first', () => {
    const shown = renderLog(lines, 80, false);
    expect(shown.split('\n')[0]).toContain('earlier lines were dropped');
    expect(shown).toContain('three');
    expect(shown).not.toContain(' one');
  });

  test('what the engine dropped is said too', () => {
    expect(renderLog(lines, 10_000, true)).toContain('earlier lines were dropped');
  });

  test('the bytes on disk are never counted as fewer than the text', () => {
    expect(storedBytes(lines)).toBeGreaterThan(11);
  });
});
