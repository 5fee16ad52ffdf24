/** Unpacking without trusting: a bound on the size, nothing behind the end, nothing in the header. */
import { gunzipSync } from 'node:zlib';
import type { FindingList } from './finding.ts';

/**
 * Unpacks gzip, or reports why not and gives null.
 * @param path - Of the packed file, whose name programs repeat in its header.
 */
export function unpack(
  path: string,
  bytes: Uint8Array,
  limit: number,
  findings: FindingList,
): Uint8Array | null {
  let content: Buffer;
  let used: number;
  try {
    const unpacked = gunzipSync(bytes, { maxOutputLength: limit, info: true }) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    content = unpacked.buffer;
    used = unpacked.engine.bytesWritten;
  } catch (error) {
    const isTooLarge =
      error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    if (isTooLarge) {
      findings.add('too-large', () => ({
        message: `Unpacked the file has more than ${limit} bytes.`,
      }));
    } else {
      findings.add('unreadable', () => ({ message: 'The file is no gzip that can be unpacked.' }));
    }
    return null;
  }
  if (used < bytes.length) {
    findings.add('hidden-content', () => ({
      message: `${bytes.length - used} bytes stand behind the end of the packed data.`,
      place: { element: 'gzip trailer' },
    }));
  }
  // RFC 1952: flags 4, 16 are an extra field and a comment. A name (8) is what every program writes.
  const flags = bytes[3] ?? 0;
  if ((flags & 0x14) !== 0 || ((flags & 0x08) !== 0 && !isOwnName(bytes, path))) {
    findings.add('hidden-content', () => ({
      message:
        'The header of the packed file has a comment, an extra field or the name of another file.',
      place: { element: 'gzip header' },
    }));
  }
  return content;
}

/** Whether the name in the header, behind its ten bytes, is the one that the file has anyway. */
function isOwnName(bytes: Uint8Array, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const written = Buffer.from(bytes.subarray(10, bytes.indexOf(0, 10))).toString('latin1');
  return [name, name.replace(/\.gz$/i, ''), name.replace(/svgz$/i, 'svg')].some(
    (own) => Buffer.from(own).toString('latin1') === written,
  );
}
