import type { Pipeline } from '@vitrine/pipeline';
import {
  type GraphNode,
  type Html,
  type JobBar,
  jobBars,
  largestGraph,
  pipelineGraph,
} from '@vitrine/web';
import type { JobRow, PlanLine } from '../database/schema.ts';
import { addresses } from './addresses.ts';
import { jobTone, jobWords } from './words.ts';

/**
 * The pipeline as a graph. Actions without a job here are drawn faintly; of a pipeline that is too large for a picture only
 * those with a job, or reused, are drawn.
 */
export function requestGraph(
  pipeline: Pipeline,
  jobs: readonly JobRow[],
  plan: readonly PlanLine[],
): Html {
  const byAction = new Map(jobs.map((job) => [job.action, job]));
  const reused = new Map(
    plan.filter(({ kind }) => kind === 'reuse').map((line) => [line.action, line]),
  );
  const all = [...pipeline.actions.values()];
  const drawn =
    all.length <= largestGraph
      ? all
      : all.filter(({ name }) => byAction.has(name) || reused.has(name));
  return pipelineGraph(
    drawn.map(({ name, needs }): GraphNode => {
      const job = byAction.get(name);
      if (job !== undefined) {
        return {
          name,
          needs,
          tone: jobTone(job.state, job.status_code),
          words: jobWords(job.state, job.status_code),
          href: addresses.job(job.identifier),
        };
      }
      const line = reused.get(name);
      return {
        name,
        needs,
        tone: 'neutral',
        words: line ? 'Outputs reused' : 'Not part of this request',
        href: line?.job ? addresses.job(line.job) : null,
        faint: true,
      };
    }),
    'The pipeline: what needs what, and how far each action is',
  );
}

/** One bar a job on one time axis. */
export function requestBars(jobs: readonly JobRow[], now: Date): Html {
  return jobBars(
    jobs.slice(0, 300).map(
      (job): JobBar => ({
        name: job.action,
        href: addresses.job(job.identifier),
        tone: jobTone(job.state, job.status_code),
        words: jobWords(job.state, job.status_code),
        createdAt: job.created_at,
        startedAt: job.started_at,
        finishedAt: job.finished_at,
      }),
    ),
    now,
    'One bar a job: when it waited and when it ran',
  );
}
