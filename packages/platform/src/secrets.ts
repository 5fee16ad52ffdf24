import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A new secret of 32 random bytes, as text that may stand in cookies, headers and addresses. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored instead of a secret (promise P11). The secrets are random: a slow hash would add nothing. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares without telling by its time where two texts differ. */
export function sameSecret(left: string, right: string): boolean {
  const [a, b] = [left, right].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

/** The token that a form of a session carries: a forged request from elsewhere cannot know it. */
export function csrfToken(sessionHash: string): string {
  return createHash('sha256').update(`form of ${sessionHash}`).digest('base64url');
}
