/** The bytes of files of requests: for viewers, and to take away. */
import { inTransaction, recordDecision, securityHeaders } from '@vitrine/platform';
import { airlockFaults } from '../../faults.ts';
import { filePathOf } from '../../http/file-path.ts';
import type { PersonalCall } from '../../http/route.ts';
import { studyResponse } from '../../http/study-response.ts';
import { versionsOf } from './file-versions.ts';
import { type OpenRequest, openRequest } from './open-request.ts';

/** A picture, or a document without its scripts, as its viewer shows it. Other kinds are shown on the page itself. */
export async function shownBytes(call: PersonalCall): Promise<Response> {
  const open = await openRequest(call);
  const { path, hash } = fileOf(call, open);
  const asked = call.http.req.query('hash') ?? hash;
  const known = [hash, ...(await versionsOf(call.airlock, open, path)).map((one) => one.hash)];
  if (!known.includes(asked)) throw airlockFaults.error('review-file-missing', { path });
  const response = studyResponse(path, await call.airlock.copies.bytes(asked));
  if (response === null) throw airlockFaults.error('review-file-missing', { path });
  return response;
}

/** Whether this person may take files of the request away: who reviews it, and nobody else (cli-review-and-docs §2.7). */
export function mayDownload({ part }: OpenRequest): boolean {
  return part === 'checker';
}

/** The file as it would leave, or supports what leaves; who takes it away is written down. */
export async function downloadFile(call: PersonalCall): Promise<Response> {
  const open = await openRequest(call);
  const { path, hash } = fileOf(call, open);
  if (!mayDownload(open)) {
    throw airlockFaults.error('review-not-allowed', { what: 'download files', part: open.part });
  }
  const { airlock, now } = call;
  await inTransaction(airlock, async (tx) => {
    await recordDecision(tx, now, {
      actor: open.user,
      kind: 'file-downloaded',
      target: ['request-file', `${open.view.id}/${path}`],
      details: { hash },
    });
  });
  const name = path.slice(path.lastIndexOf('/') + 1);
  return new Response(new Uint8Array(await airlock.copies.bytes(hash)), {
    headers: {
      ...securityHeaders(airlock.development),
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename*=UTF-8''${parameterValue(name)}`,
      'cache-control': 'no-store',
    },
  });
}

/** The file of the request that the address names. */
export function fileOf(
  call: PersonalCall,
  { view }: OpenRequest,
): OpenRequest['view']['files'][number] {
  const path = filePathOf(call, 3);
  const file = view.files.find((one) => one.path === path);
  if (file === undefined) throw airlockFaults.error('review-file-missing', { path });
  return file;
}

/** A text as the value of a parameter (RFC 8187); four characters that addresses may have are escaped as well. */
function parameterValue(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
