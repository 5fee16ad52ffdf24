/** The fields of a Stata file, whatever its release. */

/** The file ended before a field did. */
export class EndOfBytes extends Error {}
/** The content breaks the format; the message says how. */
export class Malformed extends Error {}

/** Reads fields one after the other, in the byte order of the file. */
export class FieldReader {
  readonly bytes: Buffer;
  at = 0;
  littleEndian = true;
  encoding: BufferEncoding = 'utf8';

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  skip(width: number): number {
    const start = this.at;
    if (start + width > this.bytes.length) throw new EndOfBytes();
    this.at += width;
    return start;
  }

  unsigned(width: 1 | 2 | 3 | 4 | 5 | 6 | 8): number {
    const at = this.skip(width);
    return this.unsignedAt(at, width);
  }

  unsignedAt(at: number, width: number): number {
    if (width === 8) {
      const value = this.littleEndian
        ? this.bytes.readBigUInt64LE(at)
        : this.bytes.readBigUInt64BE(at);
      return Number(value);
    }
    return this.littleEndian ? this.bytes.readUIntLE(at, width) : this.bytes.readUIntBE(at, width);
  }

  /** Text in a field of fixed width, up to its zero byte. */
  text(width: number): string {
    return this.textAt(this.skip(width), width);
  }

  textAt(at: number, width: number): string {
    const field = this.bytes.subarray(at, at + width);
    const end = field.indexOf(0);
    return field.toString(this.encoding, 0, end < 0 ? width : end);
  }

  startsWith(mark: string): boolean {
    return this.bytes.toString('latin1', this.at, this.at + mark.length) === mark;
  }

  expect(mark: string): void {
    if (this.at + mark.length > this.bytes.length) throw new EndOfBytes();
    if (!this.startsWith(mark)) throw new Malformed(`${mark} is not where it should be`);
    this.at += mark.length;
  }
}

export function times<T>(count: number, read: () => T): T[] {
  return Array.from({ length: count }, read);
}

/** A field to write: little-endian, of up to 8 bytes. */
export function unsigned(value: number, width: number): Buffer {
  const field = Buffer.alloc(width);
  if (width === 8) field.writeBigUInt64LE(BigInt(value));
  else field.writeUIntLE(value, 0, width);
  return field;
}
