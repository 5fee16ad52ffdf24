/** PNG figures: only the picture may be in the file, and all of it has to be what is shown. */
import { inflateSync } from 'node:zlib';
import type { CheckContext } from '../check-file.ts';
import { checkProse } from '../text/check-text.ts';
import { type Chunk, pngChunks, shownChunks } from './png-chunks.ts';

const channels: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** @param element - Part of a file that the picture is embedded in. */
export function checkPng(
  bytes: Uint8Array,
  context: CheckContext,
  element: string | null = null,
): void {
  const { findings } = context;
  const prefix = element === null ? '' : `${element} `;
  const chunks = pngChunks(bytes);
  const trailing = bytes.length - (chunks.at(-1)?.end ?? 0);
  if (trailing > 0) {
    findings.add('hidden-content', () => ({
      message: `${trailing} bytes stand behind the end of the picture.`,
      place: { element: `${prefix}IEND` },
    }));
  }
  for (const chunk of chunks) checkChunk(chunk, context, prefix);
  checkPixels(chunks, context, prefix);
}

function checkChunk(
  { type, data }: Chunk,
  { findings, settings }: CheckContext,
  prefix: string,
): void {
  if (shownChunks.has(type)) return;
  const place = { element: `${prefix}${type}` };
  if (type === 'acTL' || type === 'fcTL' || type === 'fdAT') {
    findings.add('hidden-content', () => ({
      message: 'The picture has further frames that a still view does not show.',
      place,
    }));
    return;
  }
  const text =
    type === 'tEXt' || type === 'zTXt' || type === 'iTXt'
      ? chunkText(type, data, settings.maximumExpandedBytes)
      : '';
  // What every plotting library writes about itself is only metadata.
  const isHarmless = text !== '' && text.length <= 400 && !/\d{3,}[,;\t ]+\d/.test(text);
  if (
    isHarmless ||
    (['tIME', 'hIST', 'sPLT', 'iCCP', 'cICP', 'mDCv', 'cLLi', 'eXIf'].includes(type) &&
      data.length <= 8192)
  ) {
    findings.add('metadata', () => ({
      message: `The chunk ${type} holds ${text === '' ? `${data.length} bytes of metadata` : `“${text.slice(0, 60)}”`}.`,
      place,
    }));
  } else {
    findings.add('hidden-content', () => ({
      message: `The chunk ${type} holds ${data.length} bytes that are not shown.`,
      place,
    }));
  }
  if (text !== '') checkProse(text, settings, findings, `${prefix}${type}`);
}

/** Keyword and text; packed texts are unpacked. */
function chunkText(type: string, data: Uint8Array, limit: number): string {
  const zero = data.indexOf(0);
  const keyword = latin(data.subarray(0, Math.max(zero, 0)));
  const rest = data.subarray(zero + 1);
  if (type === 'tEXt') return `${keyword}: ${latin(rest)}`;
  if (type === 'zTXt')
    return `${keyword}: ${latin(inflateSync(rest.subarray(1), { maxOutputLength: limit }))}`;
  const packed = rest[0] === 1;
  const behindLanguage = rest.subarray(rest.indexOf(0, 2) + 1);
  const body = behindLanguage.subarray(behindLanguage.indexOf(0) + 1);
  const plain = packed ? inflateSync(body, { maxOutputLength: limit }) : body;
  return `${keyword}: ${new TextDecoder().decode(plain)}`;
}

function latin(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}

/** The packed pixels have to be exactly as many as the size says: more would be shown by nobody. */
function checkPixels(
  chunks: readonly Chunk[],
  { settings, findings }: CheckContext,
  prefix: string,
): void {
  const header = chunks[0];
  if (header?.type !== 'IHDR' || header.data.length !== 13)
    throw new Error('the picture has no header');
  const view = new DataView(header.data.buffer, header.data.byteOffset, 13);
  const [width, height, depth] = [view.getUint32(0), view.getUint32(4), view.getUint8(8)];
  const bits = (channels[view.getUint8(9)] ?? 0) * depth;
  if (width === 0 || height === 0 || bits === 0)
    throw new Error('the header of the picture makes no sense');
  if (width * height * Math.max(bits / 8, 1) > settings.maximumExpandedBytes) {
    findings.add('too-large', () => ({
      message: `The picture is ${width} × ${height} pixels large.`,
    }));
    return;
  }
  const expected =
    view.getUint8(12) === 0
      ? height * (1 + Math.ceil((width * bits) / 8))
      : interlaced(width, height, bits);
  const packed = Buffer.concat(
    chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data),
  );
  let result: { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } };
  try {
    result = inflateSync(packed, {
      maxOutputLength: expected + 1,
      info: true,
    }) as unknown as typeof result;
  } catch {
    findings.add('unreadable', () => ({
      message: 'The pixels cannot be unpacked to the size of the picture.',
      place: { element: `${prefix}IDAT` },
    }));
    return;
  }
  const { buffer, engine } = result;
  if (buffer.length < expected) {
    findings.add('unreadable', () => ({
      message: 'The picture has fewer pixels than its size says.',
      place: { element: `${prefix}IDAT` },
    }));
  }
  if (buffer.length > expected || engine.bytesWritten < packed.length) {
    findings.add('hidden-content', () => ({
      message: 'Bytes stand behind the last pixel.',
      place: { element: `${prefix}IDAT` },
    }));
  }
}

/** Bytes of the seven passes of an interlaced picture (Adam7). */
function interlaced(width: number, height: number, bits: number): number {
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ] as const;
  let sum = 0;
  for (const [x, y, stepX, stepY] of passes) {
    const columns = Math.ceil((width - x) / stepX);
    const rows = Math.ceil((height - y) / stepY);
    if (columns > 0 && rows > 0) sum += rows * (1 + Math.ceil((columns * bits) / 8));
  }
  return sum;
}
