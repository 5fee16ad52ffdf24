import { httpFaults } from '@vitrine/platform';
import type { Call } from '../http/route.ts';
import { numberOf } from '../http/subject.ts';
import { mayReadCode } from '../people/may-read-code.ts';
import { PERMISSIONS } from '../people/roles.ts';
import { findRequest, jobsOfRequest, type RequestDetail } from '../queries/job-request-page.ts';
import { addresses } from './addresses.ts';

async function requestOf(call: Call): Promise<RequestDetail> {
  const name = call.http.req.param('number') ?? '';
  const request = await findRequest(call.site.db, numberOf(name));
  if (request === null) throw httpFaults.error('thing-unknown', { what: 'job request', name });
  return request;
}

/** The project.yaml that was run, as it was; of a private repository for members and staff only. */
export async function definitionText(call: Call): Promise<Response> {
  const { site, person } = call;
  const request = await requestOf(call);
  const place = {
    repository: request.repository,
    projectId: request.project_id,
    organisationId: request.organisation_id,
  };
  if (!(await mayReadCode(site, person, place))) {
    throw person === null
      ? httpFaults.error('sign-in-needed', {})
      : httpFaults.error('permission-needed', { permission: PERMISSIONS.code_view });
  }
  return call.http.text(request.project_definition, 200, {
    'content-disposition': 'inline; filename="project.yaml"',
  });
}

/**
 * Who ran which code where and when, as RO-Crate metadata: the profile of workflow runs, as far as it can be told outside the
 * secure environment. Outputs are not in it: their names do not leave.
 */
export async function provenance(call: Call): Promise<Response> {
  const request = await requestOf(call);
  const jobs = await jobsOfRequest(call.site.db, request.id);
  const site = call.site.publicUrl();
  const url = (path: string): string => new URL(path, site).href;
  const page = url(addresses.request(request.number));
  const person = url(addresses.person(request.username));
  const code = `${request.repository}#${request.commit}`;
  const graph = [
    {
      '@id': 'ro-crate-metadata.json',
      '@type': 'CreativeWork',
      about: { '@id': './' },
      conformsTo: { '@id': 'https://w3id.org/ro/crate/1.1' },
    },
    {
      '@id': './',
      '@type': 'Dataset',
      name: `Job request ${request.number}`,
      identifier: request.identifier,
      url: page,
      description: `What ${request.person} asked to be run in the workspace ${request.workspace} on ${request.backend}.`,
      dateCreated: request.created_at.toISOString(),
      conformsTo: { '@id': 'https://w3id.org/ro/wfrun/workflow/0.5' },
      mainEntity: { '@id': code },
      mentions: [
        { '@id': page },
        ...jobs.map((job) => ({ '@id': url(addresses.job(job.identifier)) })),
      ],
    },
    { '@id': person, '@type': 'Person', name: request.person },
    {
      '@id': code,
      '@type': ['SoftwareSourceCode', 'ComputationalWorkflow'],
      name: 'project.yaml',
      codeRepository: request.repository,
      version: request.commit,
      programmingLanguage: 'project.yaml',
    },
    {
      '@id': page,
      '@type': 'CreateAction',
      name: `Job request ${request.number}`,
      agent: { '@id': person },
      instrument: { '@id': code },
      actionStatus: actionStatus(request.status),
      startTime: request.started_at?.toISOString(),
      endTime: request.finished_at?.toISOString(),
    },
    ...jobs.map((job) => ({
      '@id': url(addresses.job(job.identifier)),
      '@type': 'CreateAction',
      name: job.action,
      identifier: job.identifier,
      description: job.run_command,
      agent: { '@id': person },
      instrument: { '@id': code },
      actionStatus: actionStatus(job.state),
      error: job.state === 'failed' ? job.status_code : undefined,
      startTime: job.started_at?.toISOString(),
      endTime: job.finished_at?.toISOString(),
    })),
  ];
  const crate = { '@context': 'https://w3id.org/ro/crate/1.1/context', '@graph': graph };
  return call.http.body(JSON.stringify(crate, null, 2), 200, {
    'content-type': 'application/ld+json',
    'content-disposition': 'inline; filename="ro-crate-metadata.json"',
  });
}

function actionStatus(state: RequestDetail['status']): { readonly '@id': string } {
  const names: Readonly<Record<RequestDetail['status'], string>> = {
    pending: 'PotentialActionStatus',
    running: 'ActiveActionStatus',
    succeeded: 'CompletedActionStatus',
    failed: 'FailedActionStatus',
    nothing_to_do: 'CompletedActionStatus',
  };
  return { '@id': `http://schema.org/${names[state]}` };
}
