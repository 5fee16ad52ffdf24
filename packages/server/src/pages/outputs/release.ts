import { httpFaults } from '@vitrine/platform';
import {
  alert,
  card,
  formatSize,
  type Html,
  heading,
  html,
  icon,
  instant,
  keyValues,
  type Link,
} from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import { may } from '../../people/actor.ts';
import { PUBLICATION_FILES_LIMIT } from '../../publications/prepare-publication.ts';
import { filesOfRelease } from '../../queries/released-files.ts';
import {
  type Approver,
  approversOf,
  findRelease,
  type ReleaseDetail,
} from '../../queries/releases.ts';
import { addresses } from '../addresses.ts';
import { respond } from '../frame.ts';
import { archiveOf } from './archive.ts';
import { FILES_SHOWN, fileTable, partLinks, readPart } from './file-table.ts';

/** @throws FaultError thing-unknown: also where not all bytes of the release are here */
export async function releaseOf(call: Call): Promise<ReleaseDetail> {
  const name = call.http.req.param('release') ?? '';
  const release = await findRelease(call.site.db, name);
  if (release === null) throw httpFaults.error('thing-unknown', { what: 'release', name });
  return release;
}

/** Whether the one who asks may see the files of a release. */
export function seesFilesOf({ person }: Call, release: ReleaseDetail): boolean {
  return may(person, 'release_file_view', {
    projectId: release.project_id,
    organisationId: release.organisation_id,
  });
}

export function releaseTrail(release: ReleaseDetail): readonly Link[] {
  return [
    { label: release.project, href: addresses.project(release.project_slug) },
    { label: release.workspace, href: addresses.workspace(release.workspace) },
    { label: 'Releases', href: addresses.releases(release.workspace) },
    { label: release.identifier, href: addresses.release(release.identifier) },
  ];
}

/** A release. That it happened everybody may know; what is in it, and who approved it, those who may see its files. */
export async function releasePage(call: Call): Promise<Response> {
  const release = await releaseOf(call);
  const seesFiles = seesFilesOf(call, release);
  const address = addresses.release(release.identifier);
  return await respond(call, {
    title: `Release ${release.identifier}`,
    breadcrumbs: releaseTrail(release),
    main: html`${heading({
      title: 'Release',
      facts: html`<li>${icon('folder')}<span>Workspace: <a href="${addresses.workspace(release.workspace)}">${release.workspace}</a></span></li>
        <li>${icon('tag')}<span>ID: <code>${release.identifier}</code></span></li>`,
      lead: 'Files that left the secure environment together, each approved by two output checkers.',
      actions: seesFiles
        ? html`<a class="button primary" href="${address}/files.zip">Download all</a>`
        : html`<a class="button" href="${addresses.publications(release.workspace)}">Publications of the workspace</a>`,
    })}${seesFiles ? await wholeRelease(call, release) : publicRelease(release)}`,
  });
}

function publicRelease(release: ReleaseDetail): Html {
  return html`<div class="stack">${alert({
    tone: 'info',
    title: 'The files of this release are shown to people with a role on the project.',
    body: 'What has been published of them everybody can see among the publications of the workspace.',
  })}${card({
    id: 'release',
    title: 'Release information',
    body: html`<div class="wide">${keyValues([
      ['Released', instant(release.released_at)],
      ['Asked for by', personLink(release.author, release.author_username)],
      ['Backend', html`<a href="/status#${release.backend_slug}">${release.backend}</a>`],
    ])}</div>`,
  })}</div>`;
}

function personLink(name: string, username: string): Html {
  return html`<a href="${addresses.person(username)}">${name}</a>`;
}

async function wholeRelease(call: Call, release: ReleaseDetail): Promise<Html> {
  const { db } = call.site;
  const { identifier } = release;
  const part = readPart(call);
  const address = addresses.release(identifier);
  const [files, approvers] = await Promise.all([
    filesOfRelease(db, release.id, { limit: FILES_SHOWN, offset: (part - 1) * FILES_SHOWN }),
    approversOf(db, release.id),
  ]);
  return html`<div class="columns"><div>${card({
    id: 'files',
    title: 'Files',
    subtitle: countWords(release),
    flush: true,
    body: fileTable({
      caption: 'Files of the release',
      files,
      nameOf: ({ path }) => path,
      addressOf: ({ path }) => addresses.releaseFile(identifier, path),
      empty: 'There are no files here.',
    }),
  })}${partLinks(call, address, part, release.files > part * FILES_SHOWN)}</div>
  <div class="stack">${card({
    id: 'release',
    title: 'Release information',
    body: keyValues([
      ['Asked for by', personLink(release.author, release.author_username)],
      ['Approved by', html`<ul>${approvers.map((one) => approverLine(one, release.files))}</ul>`],
      ['Released by', personLink(release.releaser, release.releaser_username)],
      ['Released', instant(release.released_at)],
      ['Backend', html`<a href="/status#${release.backend_slug}">${release.backend}</a>`],
    ]),
  })}${exportsCard(address)}</div></div>`;
}

function countWords({ files, taken_back, size }: ReleaseDetail): string {
  const all = `${files.toLocaleString('en-GB')} ${files === 1 ? 'file' : 'files'}, ${formatSize(size)} together`;
  return taken_back === 0 ? all : `${all}; ${taken_back} taken back`;
}

function approverLine({ name, username, files, last_at }: Approver, all: number): Html {
  const which = files === all ? '' : ` (${files} of ${all} files)`;
  return html`<li>${personLink(name, username)}, ${instant(last_at)}${which}</li>`;
}

function exportsCard(address: string): Html {
  return card({
    id: 'exports',
    title: 'Exports',
    body: html`<ul class="plain-list entries">
      <li><a href="${address}/ro-crate.zip">RO-Crate with all files</a><span class="why">Files, code and who approved what, as a bag with checksums</span></li>
      <li><a href="${address}/provenance.json">RO-Crate metadata</a><span class="why">The same without the files</span></li>
      <li><a href="${address}/prov.json">PROV</a><span class="why">W3C provenance, as JSON</span></li>
    </ul>`,
  });
}

/** All files of a release as one archive. */
export async function releaseArchive(call: Call): Promise<Response> {
  const release = await releaseOf(call);
  const { db, releases } = call.site;
  const files = await filesOfRelease(db, release.id, { limit: PUBLICATION_FILES_LIMIT });
  return archiveOf(
    releases,
    `release-${release.identifier}`,
    files.map((file) => ({ name: file.path, file })),
  );
}
