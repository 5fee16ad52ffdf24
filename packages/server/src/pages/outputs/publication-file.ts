/** A file of a publication, under an address that stays. */
import type { Call } from '../../http/route.ts';
import { publicationFaults } from '../../publications/faults.ts';
import { type FileInPublication, findPublishedFile } from '../../queries/publications.ts';
import { approversOf, findRelease } from '../../queries/releases.ts';
import { addresses } from '../addresses.ts';
import { filePage } from './file-page.ts';
import { openPublicationOf, publicationTrail, seesDrafts } from './publication-access.ts';
import { sendFile } from './raw-file.ts';

async function fileOf(call: Call, publicationId: number): Promise<FileInPublication> {
  const name = call.http.req.param('path') ?? '';
  const file = await findPublishedFile(call.site.db, publicationId, name);
  if (file === null) throw publicationFaults.error('released-file-unknown', { path: name });
  return file;
}

export async function publicationFilePage(call: Call): Promise<Response> {
  const { db } = call.site;
  const publication = await openPublicationOf(call);
  const { identifier } = publication;
  const file = await fileOf(call, publication.id);
  const release = await findRelease(db, file.release);
  const approvers = release === null ? [] : await approversOf(db, release.id, file.id);
  const link = (to: string | null) =>
    to === null ? null : { label: to, href: addresses.publicationFile(identifier, to) };
  return await filePage(call, {
    name: file.name,
    facts: {
      file,
      approvers,
      repository: publication.repository,
      seesReviewers: seesDrafts(call, publication),
    },
    breadcrumbs: [
      ...publicationTrail(publication),
      { label: file.name, href: addresses.publicationFile(identifier, file.name) },
    ],
    list: { label: 'All files of the publication', href: addresses.publication(identifier) },
    raw: addresses.publicationRaw(identifier, file.name),
    previous: link(file.previous),
    next: link(file.next),
    lead:
      publication.state === 'public'
        ? `Published in “${publication.title}”.`
        : `Part of the draft “${publication.title}”, which is not public.`,
  });
}

export async function publicationRaw(call: Call): Promise<Response> {
  const publication = await openPublicationOf(call);
  const caching = publication.state === 'public' ? 'public' : 'private';
  return await sendFile(call, await fileOf(call, publication.id), caching);
}
