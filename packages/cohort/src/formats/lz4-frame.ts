/**
 * LZ4 frames, unpacked (lz4.org, "LZ4 Frame Format" 1.6.x and "Block Format"). pandas and R's arrow compress Feather
 * files this way unless told otherwise, and neither Node nor the Arrow library can unpack it.
 *
 * Checksums inside frames are not verified: Arrow never writes them. Dictionaries, which Arrow cannot name, are refused.
 */
const MAGIC = 0x184d2204;
const HAS_BLOCK_CHECKSUM = 0x10;
const HAS_CONTENT_SIZE = 0x08;
const HAS_DICTIONARY = 0x01;
const BLOCK_IS_STORED = 0x8000_0000;
const SHORTEST_MATCH = 4;

/** Unpacks one frame to at most `limit` bytes. Throws RangeError with code ERR_BUFFER_TOO_LARGE above it, Error when malformed. */
export function unpackLz4Frame(frame: Uint8Array, limit: number): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < 7 || view.getUint32(0, true) !== MAGIC) throw new Error('no LZ4 frame');
  const flags = view.getUint8(4);
  if (flags >> 6 !== 1 || (flags & HAS_DICTIONARY) !== 0) throw new Error('unknown LZ4 frame');
  const output = new GrowingBytes(limit, frame.length * 4);
  let at = 6 + ((flags & HAS_CONTENT_SIZE) === 0 ? 0 : 8) + 1;
  for (;;) {
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) return output.bytes();
    const length = size % BLOCK_IS_STORED;
    if (at + length > frame.length) throw new Error('LZ4 block cut short');
    const block = frame.subarray(at, at + length);
    if (size >= BLOCK_IS_STORED) output.append(block, 0, length);
    else unpackBlock(block, output);
    at += length + ((flags & HAS_BLOCK_CHECKSUM) === 0 ? 0 : 4);
  }
}

function unpackBlock(block: Uint8Array, output: GrowingBytes): void {
  let at = 0;
  const byte = (): number => {
    const value = block[at++];
    if (value === undefined) throw new Error('LZ4 block cut short');
    return value;
  };
  /** A length of 15 goes on in further bytes until one is not 255. */
  const extended = (nibble: number): number => {
    let length = nibble;
    if (nibble === 15) {
      for (let more = 255; more === 255; ) {
        more = byte();
        length += more;
      }
    }
    return length;
  };
  while (at < block.length) {
    const token = byte();
    const literals = extended(token >> 4);
    if (at + literals > block.length) throw new Error('LZ4 block cut short');
    output.append(block, at, at + literals);
    at += literals;
    // The last sequence of a block has literals only.
    if (at === block.length) return;
    const distance = byte() | (byte() << 8);
    output.repeat(distance, extended(token & 15) + SHORTEST_MATCH);
  }
}

class GrowingBytes {
  readonly #limit: number;
  #store: Uint8Array;
  #length = 0;

  constructor(limit: number, expected: number) {
    this.#limit = limit;
    this.#store = new Uint8Array(Math.min(limit, expected));
  }

  append(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    this.#store.set(source.subarray(start, end), this.#length);
    this.#length += end - start;
  }

  /** Copies from `distance` back, byte by byte in meaning: source and target may overlap. */
  repeat(distance: number, count: number): void {
    if (distance === 0 || distance > this.#length) throw new Error('LZ4 match before the start');
    this.#reserve(count);
    const start = this.#length - distance;
    if (distance >= count) {
      this.#store.copyWithin(this.#length, start, start + count);
    } else {
      for (let step = 0; step < count; step++) {
        this.#store[this.#length + step] = this.#store[start + step] ?? 0;
      }
    }
    this.#length += count;
  }

  bytes(): Uint8Array {
    return this.#store.subarray(0, this.#length);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed > this.#limit) {
      throw Object.assign(new RangeError('too large'), { code: 'ERR_BUFFER_TOO_LARGE' });
    }
    if (needed <= this.#store.length) return;
    const grown = new Uint8Array(Math.min(this.#limit, Math.max(needed, this.#store.length * 2)));
    grown.set(this.#store.subarray(0, this.#length));
    this.#store = grown;
  }
}
