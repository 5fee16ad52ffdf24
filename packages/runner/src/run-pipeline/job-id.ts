/** Names of jobs: the same request and action always give the same id, so that doing a thing twice is doing it once. */
import { createHash } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** The first 80 bits of a SHA-1 over request and action, in base 32: 16 characters (pipeline-and-job-runner §2.2). */
export function jobId(request: string, action: string): string {
  const bytes = createHash('sha1').update(`${request}\n${action}`).digest().subarray(0, 10);
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const digits = bits.match(/.{5}/g) ?? [];
  return digits.map((digit) => ALPHABET.charAt(Number.parseInt(digit, 2))).join('');
}
