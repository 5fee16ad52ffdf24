import { STATUS_CODES } from '@vitrine/protocol';
import { repositoryLinks, repositoryName } from '@vitrine/web';
import type { JobFacts, JobRequestFacts, Named } from '../crates/facts.ts';
import type { JobRow } from '../database/schema.ts';
import type { RequestDetail } from '../queries/job-request-page.ts';
import type { Site } from '../site.ts';
import { version } from '../version.ts';
import { addresses } from './addresses.ts';

/**
 * What the exports of provenance are told about a job request, from its rows.
 *
 * @param mayRead - whether the reader may see the code; project.yaml stays out where not
 */
export function jobRequestFacts(
  site: Pick<Site, 'name' | 'publicUrl'>,
  request: RequestDetail,
  jobs: readonly JobRow[],
  mayRead: boolean,
): JobRequestFacts {
  const root = site.publicUrl();
  const named = (name: string, path: string): Named => ({ name, url: new URL(path, root).href });
  const links = repositoryLinks(request.repository);
  const planned = new Map(request.plan.map(({ action, job }) => [action, job]));
  return {
    site: { ...named(site.name, '/'), version },
    organisation: named(request.organisation, addresses.organisation(request.organisation_slug)),
    project: {
      ...named(request.project, addresses.project(request.project_slug)),
      number: request.project_number,
    },
    workspace: named(request.workspace, addresses.workspace(request.workspace)),
    backend: named(request.backend, `${addresses.status}#${request.backend_slug}`),
    licence: null,
    url: new URL(addresses.request(request.number), root).href,
    number: request.number,
    identifier: request.identifier,
    requestedBy: named(request.person, addresses.person(request.username)),
    requestedActions: request.requested_actions,
    forceRunDependencies: request.force_run_dependencies,
    code: {
      repository: links?.home ?? repositoryName(request.repository),
      branch: request.branch,
      commit: request.commit,
      url: links?.tree(request.commit) ?? null,
      definition: mayRead ? request.project_definition : null,
    },
    status: request.status,
    createdAt: request.created_at,
    startedAt: request.started_at,
    finishedAt: request.finished_at,
    updatedAt: request.updated_at,
    jobs: jobs.map((job) => jobFacts(root, job, planned)),
  };
}

/** The plan knows which job's outputs an action reads, also where they are those of an earlier job request. */
function jobFacts(
  root: string,
  job: JobRow,
  planned: ReadonlyMap<string, string | null>,
): JobFacts {
  const address = (identifier: string): string => new URL(addresses.job(identifier), root).href;
  const image = /^\S+/.exec(job.run_command)?.[0];
  return {
    url: address(job.identifier),
    identifier: job.identifier,
    action: job.action,
    runCommand: job.run_command,
    state: job.state,
    failure: job.state === 'failed' ? STATUS_CODES[job.status_code].words : null,
    startedAt: job.started_at,
    finishedAt: job.finished_at,
    image: image === undefined ? null : { name: image, digest: job.image_digest },
    needs: job.needs.flatMap((action) => {
      const needed = planned.get(action);
      return needed === undefined || needed === null ? [] : [address(needed)];
    }),
  };
}
