/** A file of a release: shown, compared with other versions of it, and taken back. */
import { sendTo } from '@vitrine/platform';
import { card, formatSize, type Html, html, instant, table } from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import { may } from '../../people/actor.ts';
import { publicationFaults } from '../../publications/faults.ts';
import { takeBackFile } from '../../publications/take-back-file.ts';
import {
  type FileInRelease,
  findFile,
  type ReleasedFile,
  VERSIONS_SHOWN,
  versionsOf,
} from '../../queries/released-files.ts';
import { approversOf, type ReleaseDetail } from '../../queries/releases.ts';
import { addresses } from '../addresses.ts';
import { ownForm } from '../change-jobs.ts';
import { type FormRules, readFields, ruledForm, type Values, type Wrong } from '../form-rules.ts';
import { comparisonOf } from './compare-versions.ts';
import { takenBackNote } from './file-facts.ts';
import { filePage } from './file-page.ts';
import { sendFile } from './raw-file.ts';
import { releaseOf, releaseTrail } from './release.ts';

const reasonRules: FormRules<'reason'> = {
  reason: {
    kind: 'area',
    label: 'Reason',
    required: true,
    maxLength: 1000,
    hint: 'Everybody who could see the file can read it. Write nothing of what the file holds.',
  },
};

async function fileOf(call: Call, release: ReleaseDetail, path: string): Promise<FileInRelease> {
  const file = await findFile(call.site.db, release.id, path);
  if (file === null) throw publicationFaults.error('released-file-unknown', { path });
  return file;
}

const pathOf = ({ http }: Call): string => http.req.param('path') ?? '';

export async function releaseFilePage(
  call: Call,
  path: string = pathOf(call),
  values: Partial<Values<'reason'>> = {},
  wrong: Wrong<'reason'> | null = null,
): Promise<Response> {
  const { site, person, http } = call;
  const release = await releaseOf(call);
  const file = await fileOf(call, release, path);
  const [versions, approvers] = await Promise.all([
    versionsOf(site.db, release, path),
    approversOf(site.db, release.id, file.id),
  ]);
  const { identifier } = release;
  const compared = versions.find((one) => one.release === http.req.query('compare'));
  const scope = { projectId: release.project_id, organisationId: release.organisation_id };
  const mayTakeBack = file.withdrawn_at === null && may(person, 'release_file_delete', scope);
  const link = (to: string | null) =>
    to === null ? null : { label: to, href: addresses.releaseFile(identifier, to) };
  return await filePage(call, {
    name: path,
    facts: { file, approvers, repository: release.repository, seesReviewers: true },
    breadcrumbs: [
      ...releaseTrail(release),
      { label: path, href: addresses.releaseFile(identifier, path) },
    ],
    list: { label: 'All files of the release', href: addresses.release(identifier) },
    raw: addresses.releaseRaw(identifier, path),
    previous: link(file.previous),
    next: link(file.next),
    lead: 'Only people with a role on the project see this file before it is published.',
    below: html`${compared && compared.id !== file.id ? await comparisonOf(call, compared, file) : null}${versionsCard(file, versions)}`,
    beside: mayTakeBack
      ? card({
          id: 'take-back',
          title: 'Take back',
          subtitle:
            'Its bytes are removed; its name stays, here and in publications, with the reason.',
          body: ruledForm({
            action: `${addresses.release(identifier)}/take-back`,
            csrf: call.csrf,
            rules: reasonRules,
            values,
            wrong,
            more: html`<input type="hidden" name="path" value="${path}">`,
            submit: 'Take the file back',
            submitKind: 'danger',
          }),
        })
      : null,
    ...(wrong === null ? {} : { status: 422 as const }),
  });
}

function versionsCard(file: ReleasedFile, versions: readonly ReleasedFile[]): Html {
  return card({
    id: 'versions',
    title: 'Versions',
    subtitle:
      versions.length === VERSIONS_SHOWN
        ? `The newest ${VERSIONS_SHOWN} releases of the file`
        : 'Every release of the file',
    flush: true,
    body: table<ReleasedFile>({
      caption: 'Versions of the file, newest first',
      columns: [
        {
          heading: 'Released',
          names: true,
          cell: (one) =>
            html`${one.id === file.id ? html`<strong>${instant(one.released_at)}</strong> (this one)` : html`<a href="${addresses.releaseFile(one.release, one.path)}">${instant(one.released_at)}</a>`} ${takenBackNote(one)}`,
        },
        { heading: 'Size', align: 'end', cell: ({ size }) => formatSize(size) },
        {
          heading: 'SHA-256',
          cell: ({ sha256 }) =>
            html`<code>${sha256.slice(0, 12)}</code>${sha256 === file.sha256 ? null : html` <span class="quiet">other bytes</span>`}`,
        },
        { heading: 'Code', cell: ({ commit }) => html`<code>${commit.slice(0, 7)}</code>` },
        {
          heading: 'Compare',
          hideHeading: true,
          cell: (one) =>
            one.id === file.id
              ? html`<span class="quiet">–</span>`
              : html`<a href="${addresses.releaseFile(file.release, file.path)}?compare=${one.release}#comparison">What has changed<span class="visually-hidden"> since ${one.released_at.toISOString()}</span></a>`,
        },
      ],
      rows: versions,
      empty: '',
    }),
  });
}

export async function releaseRaw(call: Call): Promise<Response> {
  const release = await releaseOf(call);
  return await sendFile(call, await fileOf(call, release, pathOf(call)), 'private');
}

export async function takeBack(call: Call): Promise<Response> {
  const { site, person } = call;
  const fields = await ownForm(call);
  const release = await releaseOf(call);
  const path = fields.all('path')[0] ?? '';
  const { values, wrong } = readFields(fields, reasonRules);
  if (wrong !== null) return await releaseFilePage(call, path, values, wrong);
  const by = { id: person?.id ?? 0, username: person?.username ?? '' };
  await takeBackFile(site, { release: release.identifier, path, reason: values.reason, by });
  return sendTo(call, addresses.releaseFile(release.identifier, path), 'taken-back');
}
