import type { ReleasedFileFacts, ReleaseFacts } from './facts.ts';
import { type Entity, refs } from './json-ld.ts';
import { mediaType } from './media-types.ts';
import { relativeAddress, toSecond, uuidOf } from './names.ts';
import { ids } from './run-entities.ts';
import { COMPLETED, PHASES, SHA_256 } from './vocabulary.ts';

/** Name of a released file within the crate. */
export function fileId({ path }: Pick<ReleasedFileFacts, 'path'>): string {
  return `outputs/${relativeAddress(path)}`;
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
    ...facts.approvals.map((_, index) => actionIds.disclosure(facts, index)),
    actionIds.release(facts),
    actionIds.checkValue(facts),
    actionIds.manifests(facts),
  ];
}

/** The files and everybody who let them out: one disclosure check for each who approved (promise P4). */
export function reviewEntities(facts: ReleaseFacts): readonly Entity[] {
  const { author, approvals, releasedBy, backend, files, receivedAt, releasedAt } = facts;
  const what = files.length === 1 ? 'one file' : `${files.length} files`;
  const all = refs(ids.root, ...files.map(fileId));
  const software = refs(ids.software(facts));
  const people = [author, releasedBy, ...approvals.map(({ reviewer }) => reviewer)];
  return [
    ...files.map((file) => fileEntity(file, actionOf(facts, file))),
    ...people.map(({ url, name }) => ({ '@id': url, '@type': 'Person', name, url })),
    ...approvals.map(({ reviewer, at }, index) => ({
      '@id': actionIds.disclosure(facts, index),
      '@type': 'AssessAction',
      additionalType: refs(PHASES.disclosure),
      name: `Disclosure check of ${what} by ${reviewer.name}: approved`,
      object: all,
      agent: refs(reviewer.url),
      endTime: toSecond(at),
      actionStatus: COMPLETED,
    })),
    {
      '@id': actionIds.release(facts),
      '@type': 'SendAction',
      name: `Release of ${what} from ${backend.name}`,
      object: all,
      agent: refs(releasedBy.url),
      endTime: toSecond(releasedAt),
      actionStatus: COMPLETED,
    },
    {
      '@id': actionIds.checkValue(facts),
      '@type': 'AssessAction',
      additionalType: refs(PHASES.checkValue),
      name: `Comparison of the bytes of ${what} with the approved SHA-256: equal`,
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
      startTime: toSecond(receivedAt),
      actionStatus: COMPLETED,
    },
  ];
}

function actionOf({ requests }: ReleaseFacts, { job }: ReleasedFileFacts): string | null {
  const all = requests.flatMap(({ jobs }) => jobs);
  return all.find(({ url }) => url === job)?.action ?? null;
}

function fileEntity(file: ReleasedFileFacts, action: string | null): Entity {
  return {
    '@id': fileId(file),
    '@type': 'File',
    name: file.path,
    description: action === null ? 'Written inside.' : `Written by the action ${action}.`,
    contentSize: String(file.bytes),
    encodingFormat: mediaType(file.path),
    sha256: file.sha256,
  };
}
