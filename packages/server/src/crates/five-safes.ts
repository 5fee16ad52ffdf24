/**
 * Five Safes RO-Crate, profile 0.4 (https://w3id.org/5s-crate/0.4), on RO-Crate 1.2, with the actions of a Process Run Crate 0.5:
 * who ran which code where and when, who let it, and who let what came of it out.
 *
 * Pure: facts in, `ro-crate-metadata.json` out. The same facts give the same document.
 */
import type { JobRequestFacts, PlaceFacts, ReleaseFacts } from './facts.ts';
import { type Crate, type Entity, refs, together } from './json-ld.ts';
import { codeName, toSecond } from './names.ts';
import { countOf, fileId, presentFiles, reviewActions, reviewEntities } from './review-entities.ts';
import {
  actionsOfRun,
  ids,
  placeEntities,
  type ResultsOfJob,
  runEntities,
  workflowDownload,
} from './run-entities.ts';
import { CONTEXT, FIVE_SAFES, PHASES, POTENTIAL, PROCESS_RUN, RO_CRATE } from './vocabulary.ts';
import { workflowFolderEntities } from './workflow-crate.ts';

/** What a bag has beside the metadata itself. */
export interface CrateOptions {
  /** True where the folders with the workflows lie beside the document, as in a bag. */
  readonly hasFolders: boolean;
}

/**
 * The crate of a job request. It names no outputs, whatever the jobs have written: names do not leave before release (promise
 * P3). That a disclosure check must come before anything does is said as an action that has not begun.
 */
export function jobRequestCrate(
  facts: JobRequestFacts,
  options: CrateOptions = { hasFolders: false },
): Crate {
  const { requestedBy, workspace, backend } = facts;
  const check = '#disclosure';
  return crateOf(facts, [facts], options, {
    identifier: facts.identifier,
    root: {
      name: `Job request ${facts.number}`,
      description: `What ${requestedBy.name} asked to be run in the workspace ${workspace.name} on ${backend.name}.`,
      url: facts.url,
      author: refs(requestedBy.url),
      dateCreated: toSecond(facts.createdAt),
      datePublished: toSecond(facts.updatedAt),
    },
    parts: [],
    mentions: [check],
    results: new Map(),
    entities: [
      {
        '@id': check,
        '@type': 'AssessAction',
        additionalType: refs(PHASES.disclosure),
        name: 'Disclosure check of outputs: two people approve each before it leaves',
        object: refs(ids.root),
        agent: refs(backend.url),
        actionStatus: POTENTIAL,
      },
    ],
  });
}

/**
 * The crate of a release: its files with their hashes, the jobs that wrote them, and everybody who let them out.
 *
 * @param options - {@link CrateOptions}; with folders unless said otherwise, because a release travels as a bag
 */
export function releaseCrate(
  facts: ReleaseFacts,
  options: CrateOptions = { hasFolders: true },
): Crate {
  const { author, workspace, backend, files, requests } = facts;
  const present = presentFiles(facts);
  const results: ResultsOfJob = new Map(
    [...Map.groupBy(present, ({ job }) => job)].map(([job, made]) => [job, made.map(fileId)]),
  );
  return crateOf(facts, requests, options, {
    identifier: facts.identifier,
    root: {
      name: `Release of ${countOf(files)} from ${workspace.name}`,
      description: `What left ${backend.name} from the workspace ${workspace.name} after review, as ${author.name} asked.`,
      url: facts.url,
      author: refs(author.url),
      datePublished: toSecond(facts.releasedAt),
    },
    parts: present.map(fileId),
    mentions: reviewActions(facts),
    results,
    entities: reviewEntities(facts),
  });
}

/** Name of the entity that holds the identifier of what the crate is about. */
const IDENTIFIER = '#identifier';

interface About {
  readonly identifier: string;
  readonly root: Omit<Entity, '@id' | '@type'>;
  readonly parts: readonly string[];
  readonly mentions: readonly string[];
  readonly results: ResultsOfJob;
  readonly entities: readonly Entity[];
}

function crateOf(
  facts: PlaceFacts,
  requests: readonly [JobRequestFacts, ...JobRequestFacts[]],
  options: CrateOptions,
  about: About,
): Crate {
  const newest = newestOf(requests);
  const codes = requests.map(({ code }) => codeName(code));
  const folders = options.hasFolders ? requests.flatMap(workflowFolderEntities) : [];
  const root: Entity = {
    '@id': ids.root,
    '@type': 'Dataset',
    ...about.root,
    identifier: refs(IDENTIFIER),
    conformsTo: refs(FIVE_SAFES['@id'], PROCESS_RUN['@id']),
    license: refs(ids.licence(facts)),
    publisher: refs(facts.backend.url),
    sourceOrganization: refs(facts.project.url),
    isPartOf: refs(facts.workspace.url),
    mainEntity: refs(codeName(newest.code)),
    hasPart: refs(...codes, ...folders.map((folder) => folder['@id']), ...about.parts),
    mentions: refs(...requests.flatMap(actionsOfRun), ...about.mentions),
  };
  const descriptor: Entity = {
    '@id': 'ro-crate-metadata.json',
    '@type': 'CreativeWork',
    about: refs(ids.root),
    conformsTo: refs(RO_CRATE),
  };
  const graph = [
    descriptor,
    root,
    {
      '@id': IDENTIFIER,
      '@type': 'PropertyValue',
      name: `Identifier at ${facts.site.name}`,
      value: about.identifier,
    },
    FIVE_SAFES,
    PROCESS_RUN,
    ...placeEntities(facts),
    ...requests.flatMap(placeEntities),
    ...requests.flatMap((request) => runEntities(request, about.results)),
    ...requests.map(workflowDownload),
    ...folders,
    ...about.entities,
  ];
  return { '@context': CONTEXT, '@graph': together(graph) };
}

/** What a release with files of several job requests is mainly about. */
export function newestOf(
  requests: readonly [JobRequestFacts, ...JobRequestFacts[]],
): JobRequestFacts {
  return requests.reduce((newest, request) =>
    request.createdAt > newest.createdAt ? request : newest,
  );
}
