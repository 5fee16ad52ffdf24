import zlib from 'node:zlib';
import {
  AsyncByteQueue,
  CompressionType,
  compressionRegistry,
  RecordBatchFileWriter,
} from 'apache-arrow';
import { unpackLz4Frame } from './lz4-frame.ts';

/** Thrown by the codecs when unpacking would pass the limit. */
export class UnpackedTooLarge extends Error {
  override readonly name = 'UnpackedTooLarge';
}

/** What is left to unpack. The library's codecs take no context, and it calls them before `decode` returns. */
let budget = 0;

/** Runs a synchronous decoding that may unpack `limit` bytes in all. */
export function withUnpackingLimit<T>(limit: number, decode: () => T): T {
  budget = limit;
  try {
    return decode();
  } finally {
    budget = 0;
  }
}

// The library knows both compressions of its format but brings neither. LZ4 is read, never written.
compressionRegistry.set(CompressionType.ZSTD, {
  encode: (data) => zlib.zstdCompressSync(data),
  decode: (data) => within((limit) => zlib.zstdDecompressSync(data, { maxOutputLength: limit })),
});
compressionRegistry.set(CompressionType.LZ4_FRAME, {
  decode: (data) => within((limit) => unpackLz4Frame(data, limit)),
});

function within(unpack: (limit: number) => Uint8Array): Uint8Array {
  if (budget <= 0) throw new UnpackedTooLarge();
  try {
    const unpacked = unpack(budget);
    budget -= unpacked.length;
    return unpacked;
  } catch (error) {
    const tooLarge =
      error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw tooLarge ? new UnpackedTooLarge() : error;
  }
}

/** In front of each compressed buffer: its length once unpacked, or -1 where it is stored as it is. */
const LENGTH_WIDTH = 8;
const STORED = -1n;

/**
 * Writes Arrow files with zstd. The library (apache-arrow 21.2.0) puts the compressed length in front of a compressed
 * buffer where the format wants the unpacked one, and other implementations refuse that; so it is corrected here.
 */
export class ZstdFileWriter extends RecordBatchFileWriter {
  constructor() {
    super({ compressionType: CompressionType.ZSTD });
  }

  /** What was written since this was last asked for. */
  take(): Uint8Array {
    const bytes = this._sink.toUint8Array(true);
    this._sink = new AsyncByteQueue();
    return bytes;
  }

  protected override _compressBodyBuffers(
    buffers: ArrayBufferView[],
  ): ReturnType<RecordBatchFileWriter['_compressBodyBuffers']> {
    const body = super._compressBodyBuffers(buffers);
    // Two for each buffer: the length, then the content. An empty buffer has neither.
    for (const [index, { byteLength }] of buffers.entries()) {
      const prefix = body.buffers[index * 2];
      if (prefix?.byteLength !== LENGTH_WIDTH) continue;
      const view = new DataView(prefix.buffer, prefix.byteOffset, LENGTH_WIDTH);
      if (view.getBigInt64(0, true) !== STORED) view.setBigInt64(0, BigInt(byteLength), true);
    }
    return body;
  }
}
