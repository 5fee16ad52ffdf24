/** What the settings of every program inside a secure environment have in common: a JSON file, a server, a token of one's own. */
import { readFile, stat } from 'node:fs/promises';

/**
 * The settings of a JSON file, not yet judged.
 * @throws Error that says why it cannot be read
 */
export async function readSettingsFile(file: string): Promise<Readonly<Record<string, unknown>>> {
  const value: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new SyntaxError('it holds no JSON object');
}

/** Whether a token may travel there: over TLS, or without leaving this machine. */
export function isSecureServer(server: string): boolean {
  const { protocol, hostname } = new URL(server);
  const isHere = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return protocol === 'https:' || isHere;
}

/**
 * The token that a file holds on its one line (promise P11).
 * @throws Error that says why it cannot be used, and nothing of what it holds
 */
export async function readTokenFile(file: string): Promise<string> {
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0) throw new Error('others than its owner can read it');
  const token = (await readFile(file, 'utf8')).trim();
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Error('it does not hold one token');
  return token;
}
