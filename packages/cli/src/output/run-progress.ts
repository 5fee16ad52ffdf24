/** How far a run is: folded from its events, shown as a live table or as lines. */
import type { ActionProgress, RunEvent } from '@vitrine/runner';
import { shortBytes, shortDuration } from './duration.ts';
import type { Style, Tone } from './terminal.ts';

/** One action of the run, as the table shows it. Times in milliseconds since 1970. */
export interface ProgressRow {
  readonly action: string;
  readonly phase:
    | 'waiting'
    | 'preparing'
    | 'running'
    | 'collecting'
    | 'succeeded'
    | 'failed'
    | 'not run';
  /** When it left `waiting`. */
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Actions of this run that have to succeed first. */
  readonly waitsFor: readonly string[];
  /** How far an extract is, how much memory it uses, what came of it. */
  readonly detail: string;
  /** Part done, 0 to 1, where that is known. */
  readonly part: number | null;
}

export type RunProgress = ReadonlyMap<string, ProgressRow>;

/** The table after one more event. `now` in milliseconds since 1970. */
export function advance(progress: RunProgress, event: RunEvent, now: number): RunProgress {
  switch (event.kind) {
    case 'noticed':
      return progress;
    case 'planned':
      return new Map(event.jobs.map(({ action }) => [action, waitingRow(action)]));
    case 'waiting':
      return put(progress, event.action, { waitsFor: event.on });
    case 'progress':
      return put(progress, event.action, {
        startedAt: progress.get(event.action)?.startedAt ?? now,
        ...stageRow(event.progress),
      });
    case 'finished': {
      const { result } = event;
      const notRun =
        result.state === 'failed' &&
        (result.reason === 'dependency' || result.reason === 'cancelled');
      return put(released(progress, event.action), event.action, {
        phase: notRun ? 'not run' : result.state,
        finishedAt: now,
        part: null,
        detail:
          result.state === 'succeeded'
            ? `${result.outputs.length} output${result.outputs.length === 1 ? '' : 's'}`
            : result.message,
      });
    }
  }
}

/** Nobody waits any more for an action that has ended. */
function released(progress: RunProgress, ended: string): RunProgress {
  return new Map(
    [...progress].map(([action, row]) => [
      action,
      row.waitsFor.includes(ended)
        ? { ...row, waitsFor: row.waitsFor.filter((name) => name !== ended) }
        : row,
    ]),
  );
}

function waitingRow(action: string): ProgressRow {
  return {
    action,
    phase: 'waiting',
    startedAt: null,
    finishedAt: null,
    waitsFor: [],
    detail: '',
    part: null,
  };
}

function put(progress: RunProgress, action: string, change: Partial<ProgressRow>): RunProgress {
  const row = { ...(progress.get(action) ?? waitingRow(action)), ...change };
  return new Map(progress).set(action, row);
}

function stageRow(progress: ActionProgress): Pick<ProgressRow, 'phase' | 'detail' | 'part'> {
  switch (progress.stage) {
    case 'preparing':
      return { phase: 'preparing', detail: '', part: null };
    case 'running': {
      const { peakMemoryBytes } = progress.usage;
      const detail = peakMemoryBytes === null ? '' : shortBytes(peakMemoryBytes);
      return { phase: 'running', detail, part: null };
    }
    case 'extracting': {
      const { done, total } = progress;
      return { phase: 'running', detail: `file ${done} of ${total}`, part: done / total };
    }
    case 'collecting':
      return { phase: 'collecting', detail: '', part: null };
  }
}

const marks: Readonly<Record<ProgressRow['phase'], { mark: string; tone: Tone }>> = {
  waiting: { mark: '·', tone: 'quiet' },
  preparing: { mark: '▸', tone: 'running' },
  running: { mark: '▶', tone: 'running' },
  collecting: { mark: '▸', tone: 'running' },
  succeeded: { mark: '✓', tone: 'good' },
  failed: { mark: '✗', tone: 'bad' },
  'not run': { mark: '–', tone: 'quiet' },
};

export interface Screen {
  readonly columns: number;
  /** How many lines the table may take. */
  readonly rows: number;
  readonly style: Style;
}

/** The table as lines. Where it does not fit, finished and waiting actions are counted instead of listed. */
export function renderTable(progress: RunProgress, now: number, screen: Screen): readonly string[] {
  const all = [...progress.values()];
  const shown = all.length <= screen.rows ? all : mostTelling(all, screen.rows - 1);
  const width = Math.max(0, ...shown.map(({ action }) => action.length));
  const lines = shown.map((row) => renderRow(row, width, now, screen));
  if (shown.length === all.length) return lines;
  const count = (phase: ProgressRow['phase']): number =>
    all.filter((row) => row.phase === phase).length;
  const rest = `${all.length} actions: ${count('succeeded')} succeeded, ${count('failed')} failed, ${count('waiting')} waiting`;
  return [...lines, screen.style('quiet', rest)];
}

/** Failed and active actions first, then the latest finished, then those that wait; in the order of the plan. */
function mostTelling(rows: readonly ProgressRow[], limit: number): readonly ProgressRow[] {
  const rank = ({ phase }: ProgressRow): number =>
    ({
      failed: 0,
      running: 1,
      preparing: 1,
      collecting: 1,
      succeeded: 2,
      'not run': 3,
      waiting: 3,
    })[phase];
  const chosen = rows
    .toSorted((a, b) => rank(a) - rank(b) || (b.finishedAt ?? 0) - (a.finishedAt ?? 0))
    .slice(0, Math.max(0, limit));
  return rows.filter((row) => chosen.includes(row));
}

function renderRow(
  row: ProgressRow,
  width: number,
  now: number,
  { columns, style }: Screen,
): string {
  const { mark, tone } = marks[row.phase];
  const elapsed =
    row.startedAt === null ? '' : shortDuration(((row.finishedAt ?? now) - row.startedAt) / 1000);
  const bar = row.part === null ? '' : `${progressBar(row.part)} `;
  const plain = `${mark} ${row.action.padEnd(width)}  ${row.phase.padEnd(10)}  ${elapsed.padStart(12)}  ${bar}${detailOf(row)}`;
  const cut =
    plain.length > columns ? `${plain.slice(0, Math.max(0, columns - 1))}…` : plain.trimEnd();
  return cut.replace(mark, style(tone, mark)).replace(row.phase, style(tone, row.phase));
}

function detailOf({ phase, waitsFor, detail }: ProgressRow): string {
  return phase === 'waiting' && waitsFor.length > 0 ? `for ${waitsFor.join(', ')}` : detail;
}

/** Ten cells: `████▌     `. */
function progressBar(part: number): string {
  const halves = Math.round(Math.min(1, Math.max(0, part)) * 20);
  return `${'█'.repeat(Math.floor(halves / 2))}${halves % 2 === 1 ? '▌' : ''}`.padEnd(10);
}

/** One event as a line for a log; null for what a log need not tell. */
export function renderEvent(event: RunEvent): string | null {
  switch (event.kind) {
    case 'noticed':
    case 'waiting':
      return null;
    case 'planned':
      return [
        ...event.reused.map(({ action, reason }) => `${action}: ${reason}`),
        ...event.jobs.map(({ action, reason }) => `${action}: ${reason}`),
      ].join('\n');
    case 'progress':
      return event.progress.stage === 'preparing' ? `${event.action}: preparing` : null;
    case 'finished':
      return `${event.action}: ${event.result.message}`;
  }
}
