const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** A name for a job, a request or a comment: ten random bytes in base 32, 16 characters a–z2–7 (job-server §3.4). */
export function newIdentifier(randomBytes: (count: number) => Uint8Array): string {
  let bits = '';
  for (const byte of randomBytes(10)) bits += byte.toString(2).padStart(8, '0');
  return bits.replace(/.{5}/g, (five) => ALPHABET[Number.parseInt(five, 2)] ?? '');
}
