/** Pictures without anything that is not the picture. */
import { isMetadata, jpegSegments } from '../image/jpeg-segments.ts';
import { pngChunks, shownChunks } from '../image/png-chunks.ts';

/** @throws Error for what is no whole PNG. */
export function stripPng(bytes: Uint8Array): Uint8Array {
  const kept = pngChunks(bytes).filter(({ type }) => shownChunks.has(type));
  return Buffer.concat([
    bytes.subarray(0, 8),
    ...kept.map(({ at, end }) => bytes.subarray(at, end)),
  ]);
}

/** @throws Error for what is no whole JPEG. */
export function stripJpeg(bytes: Uint8Array): Uint8Array {
  const kept = jpegSegments(bytes).filter((segment) => !isMetadata(segment));
  return Buffer.concat(kept.map(({ at, end }) => bytes.subarray(at, end)));
}
