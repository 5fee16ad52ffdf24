import type { ImageFacts, JobFacts, JobRequestFacts, PlaceFacts } from './facts.ts';
import { type Entity, refs } from './json-ld.ts';
import { codeName, hashIdentifier, toSecond, uuidOf } from './names.ts';
import { ACTION_STATUS, DOCKER_IMAGE, PHASES, WORKFLOW_CRATE } from './vocabulary.ts';

/** What an action made that may be told: names of files by the address of the job. Empty before a release. */
export type ResultsOfJob = ReadonlyMap<string, readonly string[]>;

/** Names of entities that several documents and files share. */
export const ids = {
  root: './',
  software: ({ site }: PlaceFacts): string => new URL('#job-server', site.url).href,
  licence: ({ licence }: PlaceFacts): string => licence?.url ?? '#no-licence',
  rules: '#project-rules',
  policy: '#access-policy',
  run: ({ url }: JobRequestFacts): string => `#run-${uuidOf(url)}`,
  check: ({ url }: JobRequestFacts): string => `#validate-${uuidOf(url)}`,
  signOff: ({ url }: JobRequestFacts): string => `#signoff-${uuidOf(url)}`,
  input: ({ url }: JobRequestFacts, name: string): string => `#input-${name}-${uuidOf(url)}`,
  sealed: (job: string): string => `${job}#outputs`,
} as const;

/** Who and what stands behind a run or a release: site, organisation, project, backend, terms of use. */
export function placeEntities(facts: PlaceFacts): readonly Entity[] {
  const { site, organisation, project, workspace, backend, licence } = facts;
  const number = project.number === null ? [] : [projectNumber(project.number, site.name)];
  return [
    {
      '@id': project.url,
      '@type': 'Project',
      name: project.name,
      url: project.url,
      identifier: refs(...number.map((entity) => entity['@id'])),
      member: refs(organisation.url),
    },
    ...number,
    {
      '@id': organisation.url,
      '@type': 'Organization',
      name: organisation.name,
      url: organisation.url,
    },
    { '@id': backend.url, '@type': 'Organization', name: backend.name, url: backend.url },
    { '@id': workspace.url, '@type': 'CreativeWork', name: workspace.name, url: workspace.url },
    {
      '@id': ids.software(facts),
      '@type': 'SoftwareApplication',
      name: `Job server of ${site.name}`,
      url: site.url,
      version: site.version,
      provider: refs(backend.url),
    },
    licence === null
      ? {
          '@id': ids.licence(facts),
          '@type': 'CreativeWork',
          name: 'No licence has been given',
          description: `Ask the project ${project.name} before you use this further.`,
        }
      : { '@id': licence.url, '@type': 'CreativeWork', name: licence.name, url: licence.url },
  ];
}

function projectNumber(number: string, site: string): Entity {
  return {
    '@id': `#project-number-${encodeURIComponent(number)}`,
    '@type': 'PropertyValue',
    name: `Project number at ${site}`,
    value: number,
  };
}

/** Everything about a job request and its jobs that may be told, with what {@link results} adds after a release. */
export function runEntities(facts: JobRequestFacts, results: ResultsOfJob): readonly Entity[] {
  const needed = new Set(facts.jobs.flatMap(({ needs }) => needs));
  return [
    codeEntity(facts),
    WORKFLOW_CRATE,
    ...requesterEntities(facts),
    runAction(facts, results),
    ...inputEntities(facts),
    ...facts.jobs.map((job) => jobAction(facts, job, needed.has(job.url), results)),
    ...facts.jobs.flatMap(({ image }) => (image === null ? [] : [imageEntity(image)])),
    ...sealedEntities(facts),
    ...checksBeforeRun(facts),
  ];
}

/** Names of the actions that the root of a crate must mention. */
export function actionsOfRun(facts: JobRequestFacts): readonly string[] {
  const jobs = facts.jobs.map(({ url }) => url);
  return [ids.run(facts), ...jobs, ids.check(facts), ids.signOff(facts)];
}

/**
 * The code at its commit, as the folder that the Five Safes profile wants, and as a program, which a Process Run Crate wants to
 * have been run.
 */
function codeEntity(facts: JobRequestFacts): Entity {
  const { code, url } = facts;
  const download = workflowDownload(facts);
  return {
    '@id': codeName(code),
    '@type': ['Dataset', 'SoftwareApplication'],
    name: `${code.repository} at ${code.commit.slice(0, 7)}`,
    description: `The study ${code.repository} on the branch ${code.branch} at the commit ${code.commit}.`,
    url: code.url ?? url,
    version: code.commit,
    identifier: hashIdentifier(code),
    conformsTo: refs(WORKFLOW_CRATE['@id']),
    distribution: refs(download['@id']),
  };
}

/** Where the crate that describes project.yaml can be had by itself. */
export function workflowDownload({ url }: JobRequestFacts): Entity {
  return {
    '@id': `${url}/workflow.zip`,
    '@type': 'DataDownload',
    name: 'The workflow as a crate of its own',
    conformsTo: refs('https://w3id.org/ro/crate'),
    encodingFormat: 'application/zip',
  };
}

function requesterEntities({ requestedBy, organisation, project }: JobRequestFacts): Entity[] {
  return [
    {
      '@id': requestedBy.url,
      '@type': 'Person',
      name: requestedBy.name,
      url: requestedBy.url,
      affiliation: refs(organisation.url),
      memberOf: refs(project.url),
    },
  ];
}

function runAction(facts: JobRequestFacts, results: ResultsOfJob): Entity {
  const { jobs, requestedBy, workspace, backend, code } = facts;
  return {
    '@id': ids.run(facts),
    '@type': 'CreateAction',
    name: `Job request ${facts.number}`,
    description: `What ${requestedBy.name} asked to be run in the workspace ${workspace.name} on ${backend.name}.`,
    url: facts.url,
    identifier: facts.identifier,
    agent: refs(requestedBy.url),
    instrument: refs(codeName(code)),
    actionStatus: ACTION_STATUS[facts.status],
    startTime: facts.startedAt === null ? undefined : toSecond(facts.startedAt),
    endTime: facts.finishedAt === null ? undefined : toSecond(facts.finishedAt),
    object: refs(...INPUTS.map((name) => ids.input(facts, name))),
    result: refs(...jobs.flatMap(({ url }) => results.get(url) ?? [])),
  };
}

const INPUTS = ['actions', 'force-run-dependencies'] as const;

/** What was chosen on the form or told to the API. */
function inputEntities(facts: JobRequestFacts): readonly Entity[] {
  const values: Readonly<Record<(typeof INPUTS)[number], string>> = {
    actions: facts.requestedActions.join(' '),
    'force-run-dependencies': String(facts.forceRunDependencies),
  };
  return INPUTS.flatMap((name) => [
    {
      '@id': ids.input(facts, name),
      '@type': 'PropertyValue',
      name,
      value: values[name],
      exampleOfWork: refs(`#${name}`),
    },
    {
      '@id': `#${name}`,
      '@type': 'FormalParameter',
      additionalType: name === 'actions' ? 'Text' : 'Boolean',
      name,
    },
  ]);
}

function jobAction(
  facts: JobRequestFacts,
  job: JobFacts,
  isNeeded: boolean,
  results: ResultsOfJob,
): Entity {
  const made = [...(results.get(job.url) ?? []), ...(isNeeded ? [ids.sealed(job.url)] : [])];
  return {
    '@id': job.url,
    '@type': 'CreateAction',
    name: `Run of the action ${job.action}`,
    description: job.runCommand,
    url: job.url,
    identifier: job.identifier,
    agent: refs(facts.requestedBy.url),
    instrument: refs(codeName(facts.code)),
    containerImage: job.image === null ? undefined : refs(imageId(job.image)),
    object: refs(...job.needs.map(ids.sealed)),
    result: refs(...made),
    actionStatus: ACTION_STATUS[job.state],
    error: job.state === 'failed' && job.failure !== null ? job.failure : undefined,
    startTime: job.startedAt === null ? undefined : toSecond(job.startedAt),
    endTime: job.finishedAt === null ? undefined : toSecond(job.finishedAt),
  };
}

/**
 * What a job reads from another stays inside and has no name here: one entity for all outputs of a job, that only the secure
 * environment may read.
 */
function sealedEntities({ jobs, backend }: JobRequestFacts): readonly Entity[] {
  const needed = [...new Set(jobs.flatMap(({ needs }) => needs))];
  if (needed.length === 0) return [];
  const permission: Entity = {
    '@id': '#inside-only',
    '@type': 'DigitalDocumentPermission',
    name: `May be read inside ${backend.name} alone`,
    permissionType: 'http://schema.org/ReadPermission',
    grantee: refs(backend.url),
  };
  const names = new Map(jobs.map(({ url, action }) => [url, action]));
  return [
    ...needed.map((url) => ({
      '@id': ids.sealed(url),
      '@type': ['CreativeWork', 'DigitalDocument'],
      name: `Outputs of ${names.get(url) ?? 'an earlier job'}, kept inside ${backend.name}`,
      hasDigitalDocumentPermission: refs(permission['@id']),
    })),
    permission,
  ];
}

function imageId({ name, digest }: ImageFacts): string {
  return `#image-${encodeURIComponent(name)}${digest === null ? '' : `@${digest}`}`;
}

function imageEntity(image: ImageFacts): Entity {
  // As container engines read it: a first part with a dot or a port in it is a registry.
  const [, registry, name = image.name, tag] =
    /^(?:([^/]*[.:][^/]*)\/)?(.*?)(?::([^:/]*))?$/.exec(image.name) ?? [];
  return {
    '@id': imageId(image),
    '@type': 'ContainerImage',
    additionalType: refs(DOCKER_IMAGE),
    registry,
    name,
    tag,
    sha256: image.digest?.replace(/^sha256:/, ''),
  };
}

/** What the site did before it took the job request: a refused one has no page and no crate. */
function checksBeforeRun(facts: JobRequestFacts): readonly Entity[] {
  const { project, requestedBy, site, code } = facts;
  const endTime = toSecond(facts.createdAt);
  const agent = refs(ids.software(facts));
  const done = { agent, endTime, actionStatus: ACTION_STATUS.succeeded };
  return [
    {
      '@id': ids.check(facts),
      '@type': 'AssessAction',
      additionalType: refs(PHASES.validation),
      name: 'Check of project.yaml and of the actions that were asked for: accepted',
      object: refs(ids.root, codeName(code)),
      instrument: refs(ids.rules),
      ...done,
    },
    {
      '@id': ids.rules,
      '@type': 'CreativeWork',
      name: `Rules of project.yaml in ${site.name} ${site.version}`,
    },
    {
      '@id': ids.signOff(facts),
      '@type': 'AssessAction',
      additionalType: refs(PHASES.signOff),
      name: `Sign-off: ${requestedBy.name} may run this study for the project ${project.name}: approved`,
      object: refs(ids.root, codeName(code), project.url),
      instrument: refs(ids.policy),
      ...done,
    },
    {
      '@id': ids.policy,
      '@type': 'CreativeWork',
      name: `Who may run what on which backend: roles and permissions of ${site.name}`,
    },
  ];
}
