import { cliFaults } from './faults.ts';

/** What an operating system says of an address at which no machine of ours answers. */
const NO_ADDRESS: ReadonlySet<unknown> = new Set(['EADDRNOTAVAIL', 'EAI_AGAIN', 'ENOTFOUND']);

/** Why a server could not begin to answer, as a fault where it is a matter of the port or the address; else the error itself. */
export function whyNotListening(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') return cliFaults.error('port-taken', { port });
  if (code === 'EACCES') return cliFaults.error('port-forbidden', { port });
  return NO_ADDRESS.has(code) ? cliFaults.error('host-unknown', { host }) : error;
}
