/** The segments of a JPEG (ITU-T T.81, annex B). */

export interface Segment {
  /** Second byte of the marker. */
  readonly marker: number;
  readonly at: number;
  /** Position behind the segment, the entropy-coded data after a scan's header included. */
  readonly end: number;
  readonly data: Uint8Array;
}

const START = 0xd8;
const END = 0xd9;
const SCAN = 0xda;

/** All segments from the start to the end of the image. @throws Error for what is no whole JPEG. */
export function jpegSegments(bytes: Uint8Array): readonly Segment[] {
  if (bytes[0] !== 0xff || bytes[1] !== START) throw new Error('it does not begin as a JPEG does');
  const segments: Segment[] = [{ marker: START, at: 0, end: 2, data: bytes.subarray(2, 2) }];
  let at = 2;
  for (;;) {
    if (bytes[at] !== 0xff) throw new Error('bytes stand between the parts of the picture');
    let next = at + 1;
    while (bytes[next] === 0xff) next += 1;
    const marker = bytes[next];
    if (marker === undefined) throw new Error('the picture is cut short');
    if (marker === END) {
      segments.push({ marker, at, end: next + 1, data: bytes.subarray(next, next) });
      return segments;
    }
    const length = ((bytes[next + 1] ?? 0) << 8) | (bytes[next + 2] ?? 0);
    let end = next + 1 + length;
    if (length < 2 || end > bytes.length) throw new Error('the picture is cut short');
    const data = bytes.subarray(next + 3, end);
    if (marker === SCAN) end = endOfScan(bytes, end);
    segments.push({ marker, at, end, data });
    at = end;
  }
}

/** Coded data goes on to the next marker that is no restart and no stuffed byte. */
function endOfScan(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    at = bytes.indexOf(0xff, at);
    const next = bytes[at + 1];
    if (at === -1 || next === undefined) throw new Error('the picture is cut short');
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
    at += next === 0xff ? 1 : 2;
  }
}

/** Whether a segment holds something other than the picture. */
export function isMetadata({ marker, data }: Segment): boolean {
  if (marker === 0xfe) return true;
  if (marker < 0xe0 || marker > 0xef) return false;
  // The plain JFIF header of 14 bytes has no thumbnail; Adobe's says how colours are coded.
  const isJfif =
    marker === 0xe0 && data.length === 14 && String.fromCharCode(...data.subarray(0, 4)) === 'JFIF';
  const isAdobe =
    marker === 0xee &&
    data.length === 12 &&
    String.fromCharCode(...data.subarray(0, 5)) === 'Adobe';
  return !isJfif && !isAdobe;
}
