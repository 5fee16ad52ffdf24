/** Whether a database is being rebuilt, and by which name its newest build goes: what its own log of builds says (cohort-extractor §7.7). */
import { createHash } from 'node:crypto';
import { isoOf } from '../calendar.ts';
import { type ReadColumn, readRows, type Session } from '../session/session.ts';

/** The whole of a build. */
const BUILD = 'OpenSAFELY';

/** The steps of a build from which on tables may be away. */
const SWAP_EVENTS: readonly string[] = ['Swap Tables', 'CodedEvent_SNOMED'];

const TABLE = 'BuildProgress';

const columns: readonly ReadColumn[] = [
  { name: 'Event', type: 'str' },
  { name: 'EventStart', type: 'datetime' },
  { name: 'EventEnd', type: 'datetime' },
];

/** One line of the log; times in milliseconds since 1970. */
export interface BuildEvent {
  readonly event: string;
  readonly start: number;
  readonly end: number;
}

/** The lines of builds and of the steps that swap tables; null for a database without such a log. */
export async function buildLog(session: Session): Promise<readonly BuildEvent[] | null> {
  if ((await session.describe()).columnsOf(TABLE) === undefined) return null;
  const { dialect } = session;
  const event = dialect.identifier('Event');
  const wanted = [BUILD, ...SWAP_EVENTS].map((name) => dialect.literal(name, 'str')).join(', ');
  const source = dialect.sourceTable(TABLE, {
    Event: 'str',
    EventStart: 'datetime',
    EventEnd: 'datetime',
  });
  const rows = await readRows(
    session,
    `SELECT ${columns.map(({ name }) => `b.${dialect.identifier(name)}`).join(', ')} FROM ${source} b WHERE b.${event} IN (${wanted})`,
    columns,
  );
  return rows.map(([name, start, end]) => ({
    event: String(name),
    start: Number(start),
    end: Number(end),
  }));
}

/**
 * Of the newest build: not if it has ended, else if a step that swaps tables has begun since it began. A database without
 * a log of builds is never being rebuilt.
 */
export function isBeingRebuilt(log: readonly BuildEvent[] | null): boolean {
  const newest = newestBuild(log ?? []);
  if (newest === undefined || !isOpen(newest)) return false;
  return (log ?? []).some(
    ({ event, start }) => SWAP_EVENTS.includes(event) && start >= newest.start,
  );
}

/** The same for reads that saw the same build; null where the log cannot tell. */
export function buildName(log: readonly BuildEvent[] | null): string | null {
  const newest = newestBuild(log ?? []);
  if (newest === undefined || isOpen(newest)) return null;
  return createHash('sha256').update(`${newest.start}\0${newest.end}`).digest('hex').slice(0, 16);
}

function newestBuild(log: readonly BuildEvent[]): BuildEvent | undefined {
  return log
    .filter(({ event }) => event === BUILD)
    .toSorted((a, b) => b.start - a.start)
    .at(0);
}

/** What has not ended yet ends in the year 9999. */
function isOpen({ end }: BuildEvent): boolean {
  return isoOf(Math.floor(end / 86_400_000)).startsWith('9999');
}
