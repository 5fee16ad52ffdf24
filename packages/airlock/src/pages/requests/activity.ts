/** What happened to a request, in words. Runs of the same by the same person are one line. */
import { type Content, type Html, html, instant } from '@vitrine/web';
import type { RequestEvent } from '../../review/event.ts';
import { counted, voteWords } from './words.ts';

interface Line {
  readonly by: string;
  readonly at: number;
  readonly words: Content;
}

/** Lines that a page shows, the newest. */
const LINES_SHOWN = 200;
/** Files of one line that are named. */
const RUN_SHOWN = 100;

type Of<K extends RequestEvent['kind']> = RequestEvent & { readonly kind: K };

const words: { readonly [K in RequestEvent['kind']]: (event: Of<K>) => string } = {
  created: () => 'made the request',
  'file-added': ({ file }) => `added ${file.path}`,
  'file-updated': ({ file }) => `updated ${file.path}`,
  'file-moved': ({ path, group }) => `moved ${path} to the group “${group}”`,
  'file-retyped': ({ path, type }) =>
    `made ${path} ${type === 'output' ? 'an output' : 'supporting'}`,
  'file-deleted': ({ path }) => `took ${path} out`,
  'file-withdrawn': ({ path }) => `withdrew ${path}`,
  'group-edited': ({ group }) => `changed context and controls of the group “${group.name}”`,
  commented: ({ group, visibility }) =>
    `wrote a ${visibility === 'private' ? 'private ' : ''}comment on the group “${group}”`,
  'comment-published': () => 'made a private comment public',
  'comment-deleted': () => 'deleted a comment',
  voted: ({ path, vote }) =>
    vote === null ? `cleared the vote on ${path}` : `${voteWords(vote).toLowerCase()}: ${path}`,
  submitted: () => 'submitted the request',
  'review-submitted': () => 'handed in a review',
  'returned-early': () =>
    'returned the request early; votes and comments of the turn count no more',
  returned: ({ groups }) =>
    `returned the request, with changes asked for in ${counted(groups.length, 'group')}`,
  approved: () => 'approved the request',
  rejected: () => 'rejected the request',
  withdrawn: () => 'withdrew the request',
  'file-uploaded': ({ path }) => `sent ${path} to the job server`,
  recalled: () => 'recalled the request before its files had left',
  released: () => 'released the files',
};

/** Many of these at once are told as their number. */
const gathered: Readonly<Partial<Record<RequestEvent['kind'], string>>> = {
  'file-added': 'added',
  'file-updated': 'updated',
  'file-moved': 'moved',
  'file-retyped': 'changed the type of',
  'file-deleted': 'took out',
  'file-withdrawn': 'withdrew',
  voted: 'judged',
  'file-uploaded': 'sent',
};

/** What one event was, in words that go on from the name of who did it. */
export function eventWords(event: RequestEvent): string {
  // Each kind meets its own words by the type of the table.
  return (words[event.kind] as (event: RequestEvent) => string)(event);
}

/** The lines of the events, oldest first. */
export function activityLines(events: readonly RequestEvent[]): readonly Line[] {
  const runs: RequestEvent[][] = [];
  for (const event of events) {
    const run = runs.at(-1);
    const [first] = run ?? [];
    const isMore =
      first !== undefined &&
      event.kind in gathered &&
      first.kind === event.kind &&
      first.by === event.by &&
      voteOf(first) === voteOf(event);
    if (isMore) run?.push(event);
    else runs.push([event]);
  }
  return runs.flatMap((run) => {
    const last = run.at(-1);
    if (last === undefined) return [];
    const { by, at } = last;
    return [{ by, at, words: run.length === 1 ? eventWords(last) : gatheredWords(run, last) }];
  });
}

function gatheredWords(run: readonly RequestEvent[], last: RequestEvent): Content {
  const vote = voteOf(last);
  const files = counted(run.length, 'file');
  const told =
    vote === undefined
      ? `${gathered[last.kind] ?? ''} ${files}`
      : `${vote === null ? 'cleared the votes on' : `${voteWords(vote).toLowerCase()}:`} ${files}`;
  return html`${told}<details class="disclosure small"><summary>Which</summary><ul>${run
    .slice(0, RUN_SHOWN)
    .map((event) => html`<li>${eventWords(event)}</li>`)}${
    run.length > RUN_SHOWN ? html`<li>and ${counted(run.length - RUN_SHOWN, 'other')}</li>` : null
  }</ul></details>`;
}

function voteOf(
  event: RequestEvent,
): (RequestEvent & { readonly kind: 'voted' })['vote'] | undefined {
  return event.kind === 'voted' ? event.vote : undefined;
}

/** The newest first. */
export function activityView(events: readonly RequestEvent[]): Html {
  const lines = activityLines(events);
  const shown = lines.slice(-LINES_SHOWN).toReversed();
  return html`<ol class="activity">${shown.map(
    ({ by, at, words: told }) =>
      html`<li><div><strong>${by === 'system' ? 'The airlock' : by}</strong> ${told}</div><div class="small quiet">${instant(new Date(at))}</div></li>`,
  )}</ol>${
    lines.length > shown.length
      ? html`<p class="small quiet">${counted(lines.length - shown.length, 'older line')} are not shown; all of them are in the log of decisions.</p>`
      : null
  }`;
}
