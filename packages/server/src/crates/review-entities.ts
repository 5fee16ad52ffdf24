import type { Named, ReleasedFileFacts, ReleaseFacts } from './facts.ts';
import { type Entity, refs, type Value } from './json-ld.ts';
import { mediaType } from './media-types.ts';
import { relativeAddress, toSecond, uuidOf } from './names.ts';
import { ids } from './run-entities.ts';
import { COMPLETED, PHASES, SHA_256 } from './vocabulary.ts';

/** Name of a released file within the crate. */
export function fileId({ path }: Pick<ReleasedFileFacts, 'path'>): string {
  return `outputs/${relativeAddress(path)}`;
}

/** Files whose bytes are still here. */
export function presentFiles({ files }: ReleaseFacts): readonly ReleasedFileFacts[] {
  return files.filter(({ withdrawn }) => withdrawn === null);
}

/** All that one person approved of a release. */
export interface Review {
  readonly reviewer: Named;
  /** When they approved the last of it. */
  readonly at: Date;
  readonly files: readonly ReleasedFileFacts[];
}

/** Approvals are given file by file; people know reviews. */
export function reviewsOf({ files }: ReleaseFacts): readonly Review[] {
  const given = files.flatMap((file) =>
    file.approvals.map(({ reviewer, at }) => ({ reviewer, at, file })),
  );
  return [...Map.groupBy(given, ({ reviewer }) => reviewer.url).values()].flatMap((approvals) =>
    approvals.slice(0, 1).map(({ reviewer }) => ({
      reviewer,
      at: new Date(Math.max(...approvals.map(({ at }) => at.getTime()))),
      files: approvals.map(({ file }) => file),
    })),
  );
}

/** How many files, in words. */
export function countOf(files: readonly unknown[]): string {
  return files.length === 1 ? 'one file' : `${files.length} files`;
}

const actionIds = {
  checkValue: ({ url }: ReleaseFacts): string => `#check-${uuidOf(url)}`,
  disclosure: ({ url }: ReleaseFacts, index: number): string =>
    `#disclosure-${uuidOf(`${url}#${index + 1}`)}`,
  release: ({ url }: ReleaseFacts): string => `#release-${uuidOf(url)}`,
  manifests: ({ url }: ReleaseFacts): string => `#bagit-${uuidOf(url)}`,
} as const;

/** Names of the actions that the root of a release's crate must mention, beside those of its runs. */
export function reviewActions(facts: ReleaseFacts): readonly string[] {
  return [
    ...reviewsOf(facts).map((_, index) => actionIds.disclosure(facts, index)),
    actionIds.release(facts),
    actionIds.checkValue(facts),
    actionIds.manifests(facts),
  ];
}

/** The files and everybody who let them out: one disclosure check for each who approved (promise P4). */
export function reviewEntities(facts: ReleaseFacts): readonly Entity[] {
  const { author, releasedBy, backend, files, receivedAt, releasedAt } = facts;
  const reviews = reviewsOf(facts);
  const actions = new Map(
    facts.requests.flatMap(({ jobs }) => jobs.map(({ url, action }) => [url, action])),
  );
  const assessed = (some: readonly ReleasedFileFacts[]): Value | undefined =>
    refs(ids.root, ...some.map(entityId));
  const software = refs(ids.software(facts));
  const people = [author, releasedBy, ...reviews.map(({ reviewer }) => reviewer)];
  return [
    ...files.map((file) => fileEntity(file, actions.get(file.job))),
    ...people.map(({ url, name }) => ({ '@id': url, '@type': 'Person', name, url })),
    ...reviews.map(({ reviewer, at, files: reviewed }, index) => ({
      '@id': actionIds.disclosure(facts, index),
      '@type': 'AssessAction',
      additionalType: refs(PHASES.disclosure),
      name: `Disclosure check of ${countOf(reviewed)} by ${reviewer.name}: approved`,
      object: assessed(reviewed),
      agent: refs(reviewer.url),
      endTime: toSecond(at),
      actionStatus: COMPLETED,
    })),
    {
      '@id': actionIds.release(facts),
      '@type': 'SendAction',
      name: `Release of ${countOf(files)} from ${backend.name}`,
      object: assessed(files),
      agent: refs(releasedBy.url),
      endTime: toSecond(releasedAt),
      actionStatus: COMPLETED,
    },
    {
      '@id': actionIds.checkValue(facts),
      '@type': 'AssessAction',
      additionalType: refs(PHASES.checkValue),
      name: `Comparison of the bytes of ${countOf(files)} with the approved SHA-256: equal`,
      object: refs(ids.root),
      instrument: refs(SHA_256['@id']),
      agent: software,
      endTime: toSecond(receivedAt),
      actionStatus: COMPLETED,
    },
    SHA_256,
    {
      '@id': actionIds.manifests(facts),
      '@type': 'UpdateAction',
      additionalType: refs(PHASES.generateCheckValue),
      name: 'Manifests of the bag written, with SHA-256 and SHA-512',
      description: 'The hash of every file of the crate, and of what is beside it.',
      object: refs(ids.root),
      // What was run, as a Process Run Crate wants it; the algorithms are in the name.
      instrument: software,
      agent: refs(backend.url),
      startTime: toSecond(releasedAt),
      actionStatus: COMPLETED,
    },
  ];
}

/** What a file is called where it is spoken of; one that was taken back is no part of the crate. */
function entityId(file: ReleasedFileFacts): string {
  return file.withdrawn === null ? fileId(file) : `#withdrawn-${file.sha256}`;
}

function fileEntity(file: ReleasedFileFacts, action: string | undefined): Entity {
  if (file.withdrawn !== null) {
    const { at, reason } = file.withdrawn;
    return {
      '@id': entityId(file),
      '@type': 'CreativeWork',
      name: file.path,
      description: `Taken back on ${toSecond(at).slice(0, 10)}: ${reason}`,
      sha256: file.sha256,
    };
  }
  return {
    '@id': fileId(file),
    '@type': 'File',
    name: file.path,
    description: action === undefined ? 'Written inside.' : `Written by the action ${action}.`,
    contentSize: String(file.bytes),
    encodingFormat: mediaType(file.path),
    sha256: file.sha256,
  };
}
