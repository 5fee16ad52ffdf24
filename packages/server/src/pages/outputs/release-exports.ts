/** A release as other programs read it: RO-Crate, as metadata and with all files, and W3C PROV. */
import { releaseBag } from '../../crates/bag.ts';
import type { ApprovalFacts, Named, ReleasedFileFacts, ReleaseFacts } from '../../crates/facts.ts';
import { releaseCrate } from '../../crates/five-safes.ts';
import { releaseProv } from '../../crates/prov.ts';
import { jsonText } from '../../crates/workflow-crate.ts';
import type { Call } from '../../http/route.ts';
import { mayReadCode } from '../../people/may-read-code.ts';
import { PUBLICATION_FILES_LIMIT } from '../../publications/prepare-publication.ts';
import { requestsOfRelease } from '../../queries/job-request-page.ts';
import { filesOfRelease, type ReleasedFile } from '../../queries/released-files.ts';
import { approvalsOfRelease, type FileApproval } from '../../queries/releases.ts';
import { releasedBytes } from '../../releases/released-bytes.ts';
import type { Site } from '../../site.ts';
import { addresses } from '../addresses.ts';
import { jobRequestFacts } from '../provenance-facts.ts';
import { fileName } from './raw-file.ts';
import { releaseOf } from './release.ts';

async function factsOf(call: Call): Promise<ReleaseFacts> {
  const { site, person } = call;
  const release = await releaseOf(call);
  const mayRead = await mayReadCode(site, person, {
    repository: release.repository,
    projectId: release.project_id,
    organisationId: release.organisation_id,
  });
  const [rows, approvals, found] = await Promise.all([
    filesOfRelease(site.db, release.id, { limit: PUBLICATION_FILES_LIMIT }),
    approvalsOfRelease(site.db, release.id),
    requestsOfRelease(site.db, release.id),
  ]);
  const byFile = Map.groupBy(approvals, ({ file }) => file);
  const files = rows.map((file) => fileFactsOf(site, file, byFile.get(file.id) ?? []));
  const requests = found.map(([request, jobs]) => jobRequestFacts(site, request, jobs, mayRead));
  const [first, ...moreFiles] = files;
  const [newest, ...older] = requests;
  if (!(first && newest)) throw new Error('A release without files, or without a job request.');
  const { site: software, organisation, project, workspace, backend, licence } = newest;
  return {
    ...{ site: software, organisation, project, workspace, backend, licence },
    url: new URL(addresses.release(release.identifier), site.publicUrl()).href,
    identifier: release.identifier,
    author: named(site, release.author, release.author_username),
    releasedBy: named(site, release.releaser, release.releaser_username),
    // Nobody sees anything of a release before the last byte of it is here, and then everybody who may does.
    receivedAt: release.released_at,
    releasedAt: release.released_at,
    files: [first, ...moreFiles],
    requests: [newest, ...older],
  };
}

type Addressed = Pick<Site, 'publicUrl'>;

function named(site: Addressed, name: string, username: string): Named {
  return { name, url: new URL(addresses.person(username), site.publicUrl()).href };
}

function fileFactsOf(
  site: Addressed,
  { path, size, sha256, job, withdrawn_at, withdrawal_reason }: ReleasedFile,
  rows: readonly FileApproval[],
): ReleasedFileFacts {
  const [first, second, ...more] = rows.map(
    ({ name, username, approved_at }): ApprovalFacts => ({
      reviewer: named(site, name, username),
      at: approved_at,
    }),
  );
  if (!(first && second)) throw new Error('A released file without two approvals.');
  return {
    path,
    bytes: size,
    sha256,
    job: new URL(addresses.job(job), site.publicUrl()).href,
    approvals: [first, second, ...more],
    withdrawn: withdrawn_at === null ? null : { at: withdrawn_at, reason: withdrawal_reason ?? '' },
  };
}

/** The metadata of the crate. */
export async function releaseProvenance(call: Call): Promise<Response> {
  return call.http.body(jsonText(releaseCrate(await factsOf(call))), 200, {
    'content-type': 'application/ld+json; profile="https://w3id.org/ro/crate"',
    'content-disposition': 'inline; filename="ro-crate-metadata.json"',
  });
}

export async function releaseProvJson(call: Call): Promise<Response> {
  const facts = await factsOf(call);
  return call.http.body(jsonText(releaseProv(facts)), 200, {
    'content-type': 'application/json',
    'content-disposition': `inline; ${fileName(`release-${facts.identifier}.prov.json`)}`,
  });
}

/** The crate with all files, as a bag. */
export async function releaseCrateArchive(call: Call): Promise<Response> {
  const facts = await factsOf(call);
  const { releases } = call.site;
  const bag = releaseBag(facts, (file) => releasedBytes(releases, file));
  return new Response(bag, {
    headers: {
      'content-type': 'application/zip',
      'content-disposition': `attachment; ${fileName(`release-${facts.identifier}.crate.zip`)}`,
      'cache-control': 'no-store',
    },
  });
}
