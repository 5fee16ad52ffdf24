/** What a study has made, as the answer that a frame or a picture of a page asks for (promise P10). */
import { STUDY_DOCUMENT_HEADERS, viewKindOf } from '@vitrine/web';

const pictures: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
};

/** The answer; null for kinds that pages show themselves, or not at all. The name alone says what it is served as. */
export function studyResponse(path: string, bytes: Uint8Array): Response | null {
  const kind = viewKindOf(path);
  if (kind !== 'picture' && kind !== 'document') return null;
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  const type =
    kind === 'picture'
      ? (pictures[ending] ?? 'application/octet-stream')
      : ending === 'svg'
        ? 'image/svg+xml'
        : 'text/html; charset=utf-8';
  return new Response(new Uint8Array(bytes), {
    headers: { ...STUDY_DOCUMENT_HEADERS, 'content-type': type, 'cache-control': 'no-store' },
  });
}
