import { JOB_STATES } from '@vitrine/protocol';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database/schema.ts';

/** Upper bounds of the buckets of answer times, in seconds. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

const DAY = 86_400_000;

interface Series {
  readonly counts: number[];
  sum: number;
  count: number;
}

/** What this process has counted since it began. */
export class Metrics {
  readonly #answers = new Map<string, Series>();
  /** Open streams of live changes. */
  streams = 0;

  /** Notes one answer. Routes are named by their pattern: the number of series is bounded. */
  answered(method: string, route: string, status: number, seconds: number): void {
    const labels = `method="${method}",route="${route}",status="${status}"`;
    let series = this.#answers.get(labels);
    if (series === undefined) {
      series = { counts: bounds.map(() => 0), sum: 0, count: 0 };
      this.#answers.set(labels, series);
    }
    series.sum += seconds;
    series.count += 1;
    bounds.forEach((bound, index) => {
      if (seconds <= bound) series.counts[index] = (series.counts[index] ?? 0) + 1;
    });
  }

  /** Everything in Prometheus' text format: what this process counted, and what the database holds now. */
  async text(db: Kysely<Tables>, now: Date): Promise<string> {
    const lines = ['# TYPE vitrine_http_request_duration_seconds histogram'];
    for (const [labels, { counts, sum, count }] of this.#answers) {
      const name = 'vitrine_http_request_duration_seconds';
      bounds.forEach((bound, index) => {
        lines.push(`${name}_bucket{${labels},le="${bound}"} ${counts[index]}`);
      });
      lines.push(`${name}_bucket{${labels},le="+Inf"} ${count}`);
      lines.push(`${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${count}`);
    }
    lines.push('# TYPE vitrine_live_streams gauge', `vitrine_live_streams ${this.streams}`);
    lines.push(...(await databaseLines(db, now)), '');
    return lines.join('\n');
  }
}

async function databaseLines(db: Kysely<Tables>, now: Date): Promise<readonly string[]> {
  const { rows } = await sql<{
    slug: string;
    pending: number;
    running: number;
    oldest: Date | null;
    last_seen_at: Date | null;
  }>`select b.slug, b.last_seen_at,
      count(*) filter (where j.state = 'pending')::int as pending,
      count(*) filter (where j.state = 'running')::int as running,
      min(j.ready_at) filter (where j.state = 'pending') as oldest
    from backend b left join job j on j.backend_id = b.id and j.state in ('pending', 'running')
    group by b.id order by b.slug`.execute(db);
  const messages = await sql<{ due: number; given_up: number }>`
    select count(next_attempt_at)::int as due, count(given_up_at)::int as given_up from outgoing_message
    where next_attempt_at is not null or given_up_at > ${new Date(now.getTime() - DAY)}`.execute(
    db,
  );
  const { due = 0, given_up: givenUp = 0 } = messages.rows[0] ?? {};
  const since = (at: Date): number => Math.max(0, (now.getTime() - at.getTime()) / 1000);
  const jobs = rows.flatMap(({ slug, pending, running }) =>
    JOB_STATES.flatMap((state) => {
      const count = state === 'pending' ? pending : state === 'running' ? running : null;
      return count === null ? [] : [`vitrine_jobs{backend="${slug}",state="${state}"} ${count}`];
    }),
  );
  return [
    '# TYPE vitrine_jobs gauge',
    ...jobs,
    '# TYPE vitrine_messages gauge',
    `vitrine_messages{state="due"} ${due}`,
    `vitrine_messages{state="given_up_today"} ${givenUp}`,
    '# TYPE vitrine_oldest_ready_job_seconds gauge',
    ...rows.map(
      ({ slug, oldest }) =>
        `vitrine_oldest_ready_job_seconds{backend="${slug}"} ${oldest ? since(oldest) : 0}`,
    ),
    '# TYPE vitrine_backend_silence_seconds gauge',
    ...rows.flatMap(({ slug, last_seen_at }) =>
      last_seen_at
        ? [`vitrine_backend_silence_seconds{backend="${slug}"} ${since(last_seen_at)}`]
        : [],
    ),
  ];
}
