/** Names that stay: the same fact has the same name in every document, whenever it is made. */
import { createHash } from 'node:crypto';
import type { CodeFacts } from './facts.ts';

/** RFC 3339 to the second, in UTC: nothing finer leaves before release (promise P3). */
export function toSecond(moment: Date): string {
  return moment.toISOString().replace(/\.\d{3}Z$/, '+00:00');
}

/** The namespace of names that are addresses (RFC 9562, appendix C). */
const URL_NAMESPACE = '6ba7b8119dad11d180b400c04fd430c8';

/** The UUID of an address: version 5 of RFC 9562, so that asking twice gives the same. */
export function uuidOf(url: string): string {
  const hash = createHash('sha1').update(URL_NAMESPACE, 'hex').update(url).digest();
  hash[6] = (hash.readUInt8(6) & 0x0f) | 0x50;
  hash[8] = (hash.readUInt8(8) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-');
}

/** The commit by what is in it, wherever it lies: a Software Hash Identifier (ISO/IEC 18670). */
export function hashIdentifier({ commit }: CodeFacts): string {
  return `swh:1:rev:${commit}`;
}

/** What names the code at a commit: its page where it has one, else its hash. */
export function codeName(code: CodeFacts): string {
  return code.url ?? hashIdentifier(code);
}

/** A path as a relative address (an IRI): ASCII that means something in one is written as bytes, letters of any language stay. */
export function relativeAddress(path: string): string {
  return path.toWellFormed().replace(/[^\u0080-\u{10ffff}/]/gu, encodeURIComponent);
}
