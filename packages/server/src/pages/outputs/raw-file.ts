/** The bytes of released files as browsers and programs get them (promise P10). */
import { notebookPicture, STUDY_DOCUMENT_HEADERS, viewKindOf } from '@vitrine/web';
import { mediaType } from '../../crates/media-types.ts';
import type { Call } from '../../http/route.ts';
import { publicationFaults } from '../../publications/faults.ts';
import type { ReleasedFile } from '../../queries/released-files.ts';
import { readReleasedBytes, releasedBytes } from '../../releases/released-bytes.ts';

/** What a browser shows itself, in a place of its own where nothing runs. All else it saves. */
const shownByBrowsers: ReadonlySet<string> = new Set([
  'text/html',
  'image/svg+xml',
  'image/png',
  'image/jpeg',
]);

/**
 * Seconds for which caches may hand out public bytes without asking. They never change, but what is withdrawn has to end: an hour
 * later nobody gets it from a cache.
 */
const PUBLIC_SECONDS = 3600;

export type Caching = 'public' | 'private';

/**
 * Answers with the bytes of a file. With `?download` in the address browsers save it whatever it is; with `?cell=…&output=…&type=…`
 * it is a picture in a notebook.
 *
 * @throws FaultError released-file-taken-back, released-bytes-differ
 */
export async function sendFile(
  call: Call,
  file: ReleasedFile,
  caching: Caching,
): Promise<Response> {
  const { http, site } = call;
  const { path, sha256, size } = file;
  if (file.withdrawn_at !== null) {
    throw publicationFaults.error('released-file-taken-back', { path });
  }
  if (http.req.query('cell') !== undefined) return await sendPicture(call, file, caching);
  const etag = `"${sha256}"`;
  const headers = headersOf(path, caching, http.req.query('download') !== undefined);
  if (isKnown(http.req.header('if-none-match'), etag)) return answer(null, 304, headers, etag);
  if (http.req.method === 'HEAD')
    return answer(null, 200, { ...headers, 'content-length': `${size}` }, etag);
  const bytes = releasedBytes(site.releases, file);
  // The first piece is read before the answer begins: what is not there is told as a fault.
  const first = await bytes.next();
  const body = ReadableStream.from(first.done ? [] : behind(first.value, bytes));
  return answer(body, 200, { ...headers, 'content-length': `${size}` }, etag);
}

async function* behind(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

async function sendPicture(call: Call, file: ReleasedFile, caching: Caching): Promise<Response> {
  const { http, site } = call;
  const number = (name: string): number => {
    const text = http.req.query(name) ?? '';
    return /^\d{1,6}$/.test(text) ? Number(text) : -1;
  };
  const type = http.req.query('type') ?? '';
  const unknown = publicationFaults.error('released-file-unknown', { path: file.path });
  if (viewKindOf(file.path) !== 'notebook') throw unknown;
  const text = new TextDecoder().decode(await readReleasedBytes(site.releases, file));
  const picture = notebookPicture(text, number('cell'), number('output'), type);
  if (picture === null) throw unknown;
  const headers = {
    ...headersOf(file.path, caching, false),
    'content-type': type,
    'content-disposition': 'inline',
  };
  return answer(Uint8Array.from(picture), 200, headers, null);
}

function headersOf(path: string, caching: Caching, isDownload: boolean): Record<string, string> {
  const type = mediaType(path);
  const isShown = shownByBrowsers.has(type) && !isDownload;
  return {
    ...STUDY_DOCUMENT_HEADERS,
    'content-type': type.startsWith('text/') ? `${type}; charset=utf-8` : type,
    'content-disposition': `${isShown ? 'inline' : 'attachment'}; ${fileName(path)}`,
    'cache-control':
      caching === 'public' ? `public, max-age=${PUBLIC_SECONDS}, immutable` : 'private, no-store',
    // Bytes that everybody may have may be read by pages elsewhere too; they hold nothing of who asks.
    ...(caching === 'public'
      ? { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }
      : {}),
  };
}

/** The name under which a file is saved (RFC 6266): in plain characters, and whole for programs that know how (RFC 8187). */
export function fileName(path: string): string {
  const name = path.split('/').at(-1) ?? path;
  const plain = name.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 150);
  const whole = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `filename="${plain}"; filename*=UTF-8''${whole}`;
}

function isKnown(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
}

function answer(
  body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | null,
  status: 200 | 304,
  headers: Readonly<Record<string, string>>,
  etag: string | null,
): Response {
  return new Response(body, { status, headers: etag === null ? headers : { ...headers, etag } });
}
