/**
 * The record as W3C PROV, in its serialisation PROV-JSON: that is what the tools that check and draw PROV read, and it says who did
 * what as PROV has it (relations with roles of their own) rather than as triples about unnamed nodes. Who wants RDF has the RO-Crate,
 * which is JSON-LD.
 *
 * Pure: facts in, document out. The same facts give the same document.
 */
import type { ImageFacts, JobRequestFacts, Named, PlaceFacts, ReleaseFacts } from './facts.ts';
import { mediaType } from './media-types.ts';
import { codeName, hashIdentifier, toSecond } from './names.ts';
import { type Attributes, named, ProvWriter } from './prov-json.ts';
import { reviewsOf } from './review-entities.ts';

/** A job request: who asked, which jobs ran which code in which image, and which of them read from which. No outputs (P3). */
export function jobRequestProv(facts: JobRequestFacts): object {
  const prov = new ProvWriter();
  addRequest(prov, facts);
  return prov.document();
}

/** A release: its files with their hashes, the jobs that wrote them, each approval, the release itself and the last comparison. */
export function releaseProv(facts: ReleaseFacts): object {
  const prov = new ProvWriter();
  addPlace(prov, facts);
  for (const request of facts.requests) addRequest(prov, request);
  addReview(prov, facts);
  return prov.document();
}

const TYPES = {
  person: named('prov:Person'),
  organisation: named('prov:Organization'),
  software: named('prov:SoftwareAgent'),
  plan: named('prov:Plan'),
  collection: named('prov:Collection'),
} as const;

function software({ site }: PlaceFacts): string {
  return new URL('#job-server', site.url).href;
}

/** The program that runs jobs inside the backend; all agents of a backend act as one. */
function agentOf({ backend }: PlaceFacts): string {
  const url = new URL(backend.url);
  url.hash = `${url.hash.slice(1) || 'backend'}-agent`;
  return url.href;
}

function addPlace(prov: ProvWriter, facts: PlaceFacts): void {
  const { site, organisation, project, backend } = facts;
  for (const [what, { url, name }] of Object.entries({ organisation, project, backend })) {
    prov.add('agent', url, {
      'prov:type': TYPES.organisation,
      'prov:label': what === 'project' ? `Project ${name}` : name,
    });
  }
  prov.add('agent', software(facts), {
    'prov:type': TYPES.software,
    'prov:label': `Job server of ${site.name} ${site.version}`,
  });
  prov.add('agent', agentOf(facts), {
    'prov:type': TYPES.software,
    'prov:label': `Agent of ${backend.name}`,
  });
  prov.relate('actedOnBehalfOf', agentOf(facts), backend.url);
}

function addPerson(prov: ProvWriter, { url, name }: Named): void {
  prov.add('agent', url, { 'prov:type': TYPES.person, 'prov:label': name });
}

function addRequest(prov: ProvWriter, facts: JobRequestFacts): void {
  const { code, requestedBy, project, organisation } = facts;
  const plan = codeName(code);
  addPlace(prov, facts);
  prov.add('entity', plan, {
    'prov:type': TYPES.plan,
    'prov:label': `${code.repository} at ${code.commit.slice(0, 7)}`,
    'dct:identifier': hashIdentifier(code),
  });
  addPerson(prov, requestedBy);
  prov.relate('actedOnBehalfOf', requestedBy.url, project.url);
  prov.relate('actedOnBehalfOf', project.url, organisation.url);
  prov.add('activity', facts.url, {
    'prov:label': `Job request ${facts.number}`,
    ...times(facts.startedAt, facts.finishedAt),
  });
  prov.relate('used', facts.url, plan);
  prov.relate('wasAssociatedWith', facts.url, requestedBy.url, { 'prov:plan': plan });
  for (const job of facts.jobs) {
    prov.add('activity', job.url, {
      'prov:label': `${job.action}: ${job.state}`,
      'dct:identifier': job.identifier,
      'dct:description': job.runCommand,
      ...times(job.startedAt, job.finishedAt),
    });
    prov.relate('used', job.url, plan);
    prov.relate('wasAssociatedWith', job.url, agentOf(facts), { 'prov:plan': plan });
    prov.relate('wasAssociatedWith', job.url, requestedBy.url, { 'prov:plan': plan });
    if (job.image !== null) prov.relate('used', job.url, addImage(prov, facts, job.image));
    for (const needed of job.needs) {
      prov.add('activity', needed, {});
      prov.relate('wasInformedBy', job.url, needed);
    }
  }
}

/** An image is named by its digest where that is known; what it was called is only a label then. */
function addImage(prov: ProvWriter, { site }: PlaceFacts, image: ImageFacts): string {
  const name = image.digest ?? image.name;
  const id = new URL(`#image-${encodeURIComponent(name)}`, site.url).href;
  prov.add('entity', id, {
    'prov:label': `Image ${image.name}`,
    'dct:identifier': image.digest ?? undefined,
  });
  return id;
}

function addReview(prov: ProvWriter, facts: ReleaseFacts): void {
  const { url, author, releasedBy, releasedAt, receivedAt, files, requests } = facts;
  const fileId = (path: string): string => `${url}/files/${encodeURIComponent(path)}`;
  const planOf = new Map(requests.flatMap(({ jobs, code }) => jobs.map((job) => [job.url, code])));
  files.forEach(({ path, bytes, sha256, job, withdrawn }, index) => {
    const id = fileId(path);
    prov.add('entity', id, {
      'prov:label': path,
      'dct:format': mediaType(path),
      'dct:extent': `${bytes} bytes`,
      'dct:identifier': `sha256:${sha256}`,
    });
    prov.add('activity', job, {});
    prov.relate('wasGeneratedBy', id, job);
    const code = planOf.get(job);
    if (code !== undefined) prov.relate('wasDerivedFrom', id, codeName(code));
    if (withdrawn === null) return;
    const withdrawal = `${url}#withdrawal-${index + 1}`;
    prov.add('activity', withdrawal, {
      'prov:label': `Taken back: ${withdrawn.reason}`,
      ...times(null, withdrawn.at),
    });
    prov.relate('wasInvalidatedBy', id, withdrawal);
  });
  // The set that was let out is a thing of its own: the release made it, of files that the jobs had made.
  prov.add('entity', url, {
    'prov:type': TYPES.collection,
    'prov:label': `Release ${facts.identifier}`,
  });
  for (const { path } of files) prov.relate('hadMember', url, fileId(path));
  addPerson(prov, author);
  prov.relate('wasAttributedTo', url, author.url);

  const release = `${url}#release`;
  reviewsOf(facts).forEach(({ reviewer, at, files: reviewed }, index) => {
    const review = `${url}#review-${index + 1}`;
    addPerson(prov, reviewer);
    prov.add('activity', review, {
      'prov:label': `Disclosure check by ${reviewer.name}: approved`,
      ...times(null, at),
    });
    prov.relate('wasAssociatedWith', review, reviewer.url);
    for (const { path } of reviewed) prov.relate('used', review, fileId(path));
    prov.relate('wasInformedBy', release, review);
  });
  addPerson(prov, releasedBy);
  prov.add('activity', release, { 'prov:label': 'Release', ...times(null, releasedAt) });
  prov.relate('wasAssociatedWith', release, releasedBy.url);
  for (const { path } of files) prov.relate('used', release, fileId(path));
  prov.relate('wasGeneratedBy', url, release);

  const check = `${url}#check`;
  prov.add('activity', check, {
    'prov:label': 'Comparison of the received bytes with the approved SHA-256: equal',
    ...times(null, receivedAt),
  });
  prov.relate('wasAssociatedWith', check, software(facts));
  for (const { path } of files) prov.relate('used', check, fileId(path));
}

function times(start: Date | null, end: Date | null): Attributes {
  return {
    'prov:startTime': start === null ? undefined : toSecond(start),
    'prov:endTime': end === null ? undefined : toSecond(end),
  };
}
