/** The chunks of a PNG (W3C Portable Network Graphics, third edition, §5, §11). */
import { crc32 } from 'node:zlib';

export interface Chunk {
  readonly type: string;
  /** Position of the chunk's length in the file. */
  readonly at: number;
  /** Position behind its check sum. */
  readonly end: number;
  readonly data: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** All chunks up to IEND. @throws Error for what is no whole PNG. */
export function pngChunks(bytes: Uint8Array): readonly Chunk[] {
  if (SIGNATURE.some((byte, at) => bytes[at] !== byte))
    throw new Error('it does not begin as a PNG does');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  let at = SIGNATURE.length;
  for (;;) {
    if (at + 12 > bytes.length) throw new Error('the picture is cut short');
    const length = view.getUint32(at);
    const end = at + 12 + length;
    if (end > bytes.length) throw new Error('the picture is cut short');
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!/^[A-Za-z]{4}$/.test(type)) throw new Error('a chunk has no proper name');
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw new Error(`the check sum of the chunk ${type} is wrong`);
    }
    chunks.push({ type, at, end, data: bytes.subarray(at + 8, end - 4) });
    if (type === 'IEND') return chunks;
    at = end;
  }
}

/** Chunks that a picture needs to look as it does; all others can be left out. */
export const shownChunks: ReadonlySet<string> = new Set([
  'IHDR',
  'PLTE',
  'IDAT',
  'IEND',
  'tRNS',
  'gAMA',
  'cHRM',
  'sRGB',
  'pHYs',
  'sBIT',
  'bKGD',
]);
