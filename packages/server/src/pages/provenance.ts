import { httpFaults } from '@vitrine/platform';
import { jobRequestBag, workflowZip } from '../crates/bag.ts';
import type { JobRequestFacts } from '../crates/facts.ts';
import { jobRequestCrate } from '../crates/five-safes.ts';
import { jobRequestProv } from '../crates/prov.ts';
import { jsonText } from '../crates/workflow-crate.ts';
import type { Call } from '../http/route.ts';
import { numberOf } from '../http/subject.ts';
import { mayReadCode } from '../people/may-read-code.ts';
import { PERMISSIONS } from '../people/roles.ts';
import { findRequest, jobsOfRequest, type RequestDetail } from '../queries/job-request-page.ts';
import { jobRequestFacts } from './provenance-facts.ts';

async function requestOf(call: Call): Promise<RequestDetail> {
  const name = call.http.req.param('number') ?? '';
  const request = await findRequest(call.site.db, numberOf(name));
  if (request === null) throw httpFaults.error('thing-unknown', { what: 'job request', name });
  return request;
}

async function mayRead({ site, person }: Call, request: RequestDetail): Promise<boolean> {
  return await mayReadCode(site, person, {
    repository: request.repository,
    projectId: request.project_id,
    organisationId: request.organisation_id,
  });
}

async function mustRead(call: Call, request: RequestDetail): Promise<void> {
  if (await mayRead(call, request)) return;
  throw call.person === null
    ? httpFaults.error('sign-in-needed', {})
    : httpFaults.error('permission-needed', { permission: PERMISSIONS.code_view });
}

async function factsOf(call: Call): Promise<JobRequestFacts> {
  const request = await requestOf(call);
  const [jobs, isReadable] = await Promise.all([
    jobsOfRequest(call.site.db, request.id),
    mayRead(call, request),
  ]);
  return jobRequestFacts(call.site, request, jobs, isReadable);
}

/** The project.yaml that was run, as it was; of a private repository for members and staff only. */
export async function definitionText(call: Call): Promise<Response> {
  const request = await requestOf(call);
  await mustRead(call, request);
  return call.http.text(request.project_definition, 200, {
    'content-disposition': 'inline; filename="project.yaml"',
  });
}

/** Who ran which code where and when, as the metadata of a Five Safes RO-Crate. Outputs are not in it: their names do not leave. */
export async function provenance(call: Call): Promise<Response> {
  return call.http.body(jsonText(jobRequestCrate(await factsOf(call))), 200, {
    'content-type': 'application/ld+json; profile="https://w3id.org/ro/crate"',
    'content-disposition': 'inline; filename="ro-crate-metadata.json"',
  });
}

/** The same as W3C PROV. */
export async function prov(call: Call): Promise<Response> {
  const facts = await factsOf(call);
  return call.http.body(jsonText(jobRequestProv(facts)), 200, {
    'content-type': 'application/json',
    'content-disposition': `inline; filename="job-request-${facts.number}.prov.json"`,
  });
}

/** The crate as a bag, as other environments exchange it. */
export async function crateArchive(call: Call): Promise<Response> {
  const facts = await factsOf(call);
  return zip(call, `job-request-${facts.number}`, jobRequestBag(facts));
}

/** The workflow that the crate is about, as a crate of its own; of a private repository for members and staff only. */
export async function workflowArchive(call: Call): Promise<Response> {
  const request = await requestOf(call);
  await mustRead(call, request);
  const facts = jobRequestFacts(call.site, request, [], true);
  return zip(
    call,
    `job-request-${facts.number}-workflow`,
    workflowZip(facts, request.project_definition),
  );
}

function zip({ http }: Call, name: string, archive: ReadableStream<Uint8Array>): Response {
  return http.body(archive, 200, {
    'content-type': 'application/zip',
    'content-disposition': `attachment; filename="${name}.zip"`,
    link: '<https://w3id.org/ro/crate>; rel="profile"',
  });
}
