import { flattenRun, type Pipeline } from '@vitrine/pipeline';
import { isFinal } from '@vitrine/protocol';
import type { NewestJob } from '../queries/workspace-page.ts';

/** One action of a workspace, as a thing that is there, out of date or missing. */
export interface Asset {
  readonly action: string;
  readonly job: NewestJob | null;
  /** Why its outputs are not what the newest code would make, each in a sentence; empty where nothing is known of. */
  readonly stale: readonly string[];
}

/**
 * Every action of the newest pipeline with its newest job on one backend, and whether its outputs are out of date: its command
 * has changed, or something that it needs has been made again since, has failed, or is itself out of date.
 */
export function assetsOf(pipeline: Pipeline, jobs: readonly NewestJob[]): readonly Asset[] {
  const newest = new Map(jobs.map((job) => [job.action, job]));
  const assets = new Map<string, Asset>();
  const judge = (name: string): Asset => {
    const known = assets.get(name);
    if (known) return known;
    const job = newest.get(name) ?? null;
    const asset = { action: name, job, stale: job === null ? [] : whyStale(name, job) };
    assets.set(name, asset);
    return asset;
  };
  const whyStale = (name: string, job: NewestJob): readonly string[] => {
    const action = pipeline.actions.get(name);
    if (action === undefined || job.state !== 'succeeded') return [];
    const why: string[] = [];
    if (flattenRun(action) !== job.run_command) why.push('Its command has changed since.');
    for (const need of action.needs) {
      const { job: needed, stale } = judge(need);
      if (needed === null) continue;
      if (!isFinal(needed.status_code)) why.push(`${need} is being made again.`);
      else if (needed.state === 'failed') why.push(`${need} failed since.`);
      else if (
        (needed.finished_at?.getTime() ?? 0) > job.created_at.getTime() &&
        needed.number > job.number
      )
        why.push(`${need} has been made again since.`);
      else if (stale.length > 0) why.push(`${need} is out of date.`);
    }
    return why;
  };
  return needsFirst(pipeline).map(judge);
}

/** The actions in an order in which what is needed comes first, so that judging one never goes deep. */
function needsFirst(pipeline: Pipeline): readonly string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  for (const root of pipeline.actions.keys()) {
    const path = [{ name: root, next: 0 }];
    while (path.length > 0) {
      const visit = path.at(-1);
      if (visit === undefined) break;
      const need = seen.has(visit.name)
        ? undefined
        : pipeline.actions.get(visit.name)?.needs[visit.next];
      if (need === undefined) {
        if (!seen.has(visit.name)) order.push(visit.name);
        seen.add(visit.name);
        path.pop();
      } else {
        visit.next += 1;
        if (!seen.has(need)) path.push({ name: need, next: 0 });
      }
    }
  }
  return order;
}
