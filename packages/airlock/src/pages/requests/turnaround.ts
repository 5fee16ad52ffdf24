/** How long requests wait for whom, over time, and what for. Only requests that the person may see are counted. */
import { type RuleId, rules } from '@vitrine/disclosure';
import { card, type Html, heading, html, monthBars, table } from '@vitrine/web';
import type { PersonalCall } from '../../http/route.ts';
import { requestOf } from '../../review/apply.ts';
import type { RequestEvent } from '../../review/event.ts';
import { outputsOf, type ReleaseRequest } from '../../review/request.ts';
import { statusFacts } from '../../review/status.ts';
import { turnaroundOf } from '../../review/turnaround.ts';
import { type MonthReport, medianOf, turnaroundReport } from '../../review/turnaround-report.ts';
import { addresses } from '../addresses.ts';
import { respond } from '../frame.ts';
import { CHECK_PATIENCE } from './request.ts';
import { visibleRequests } from './visible-requests.ts';
import { counted, durationWords, ownerWords, statusPill } from './words.ts';

/** Requests that are counted at most, the newest; a year of a busy airlock has about 500. */
const MOST_COUNTED = 500;
/** Requests that are listed one by one. */
const LISTED = 50;
const YEAR = 366 * 86_400_000;

interface Counted {
  readonly request: ReleaseRequest;
  readonly events: readonly RequestEvent[];
}

export async function turnaroundPage(call: PersonalCall): Promise<Response> {
  const { airlock, now } = call;
  const rows = await visibleRequests(call, {
    since: new Date(now.getTime() - YEAR),
    limit: MOST_COUNTED,
  });
  const stored = await Promise.all(rows.map(({ identifier }) => airlock.requests.read(identifier)));
  const requests = stored.filter((one) => one !== null);
  const submitted = requests.filter(({ request }) => request.firstSubmittedAt !== null);
  const months = turnaroundReport(
    submitted.map(({ events }) => events),
    now.getTime(),
  );
  const turnarounds = submitted.map(({ events }) => turnaroundOf(events, now.getTime()));
  const answer = medianOf(turnarounds.flatMap(({ firstAnswer }) => firstAnswer ?? []));
  const release = medianOf(turnarounds.flatMap(({ toRelease }) => toRelease ?? []));
  return respond(call, {
    title: 'Turnaround',
    main: html`${heading({
      title: 'Turnaround',
      lead: `${counted(submitted.length, 'request')} that you may see, submitted in the last twelve months.`,
    })}
    <div class="stack">
    ${card({
      id: 'medians',
      title: 'Half of all requests are quicker than this',
      body: html`<dl class="figures"><div><dt>To the first answer</dt><dd>${orDash(answer)}</dd></div><div><dt>To the release</dt><dd>${orDash(release)}</dd></div><div><dt>Returned at least once</dt><dd>${shareReturned(submitted)}</dd></div></dl>`,
    })}
    ${card({ id: 'months', title: 'By month of the first submission', subtitle: 'Medians of the time that each side had a request', body: monthsPlot(months) })}
    ${card({ id: 'numbers', title: 'The same in numbers', flush: true, body: monthsTable(months) })}
    ${card({ id: 'returns', title: 'Why requests come back', flush: true, body: await returnsView(call, submitted) })}
    ${card({ id: 'requests', title: 'Request by request', flush: true, body: requestsView(submitted, now.getTime()) })}
    </div>`,
  });
}

function orDash(milliseconds: number | null): string {
  return milliseconds === null ? '–' : durationWords(milliseconds);
}

function shareReturned(requests: readonly Counted[]): string {
  if (requests.length === 0) return '–';
  const returned = requests.filter(({ events }) =>
    events.some(({ kind }) => kind === 'returned' || kind === 'returned-early'),
  );
  return `${Math.round((100 * returned.length) / requests.length)} %`;
}

const monthNames = new Intl.DateTimeFormat('en-GB', {
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

function monthName(month: string): string {
  return monthNames.format(new Date(`${month}-01T00:00:00Z`));
}

function monthsPlot(months: readonly MonthReport[]): Html {
  const held = (report: MonthReport): readonly number[] => [
    report.held.reviewer,
    report.held.author,
    report.held.system,
  ];
  if (months.length === 0) return html`<p>No request has been submitted yet.</p>`;
  return monthBars(
    months.map((report) => ({ label: monthName(report.month), values: held(report) })),
    [
      { name: 'With the reviewers', tone: 'info' },
      { name: 'With the author', tone: 'warning' },
      { name: 'On their way', tone: 'success' },
    ],
    durationShort,
  );
}

function monthsTable(months: readonly MonthReport[]): Html {
  return table({
    caption: 'Turnaround by month: medians of the times, and numbers of requests',
    rows: months.toReversed(),
    empty: 'No request has been submitted yet.',
    columns: [
      { heading: 'Month', names: true, cell: ({ month }) => monthName(month) },
      { heading: 'Submitted', align: 'end', cell: ({ submitted }) => submitted },
      { heading: 'Returns', align: 'end', cell: ({ returned }) => returned },
      { heading: 'Released', align: 'end', cell: ({ released }) => released },
      { heading: 'Rejected', align: 'end', cell: ({ rejected }) => rejected },
      { heading: 'Withdrawn', align: 'end', cell: ({ withdrawn }) => withdrawn },
      { heading: 'First answer', cell: ({ firstAnswer }) => shortOrDash(firstAnswer) },
      { heading: 'Release', cell: ({ toRelease }) => shortOrDash(toRelease) },
      { heading: 'Reviewers', cell: ({ held: times }) => durationShort(times.reviewer) },
      { heading: 'Author', cell: ({ held: times }) => durationShort(times.author) },
    ],
  });
}

function shortOrDash(milliseconds: number | null): string {
  return milliseconds === null ? '–' : durationShort(milliseconds);
}

function durationShort(milliseconds: number): string {
  const hours = milliseconds / 3_600_000;
  if (hours === 0) return '0';
  if (hours < 1 / 60) return `${Math.round(hours * 3600)} s`;
  if (hours < 1) return `${Math.round(hours * 60)} min`;
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} d`;
}

/**
 * What the checks had found in the files that were not approved when a request came back. What was found is told by rule; what reviewers
 * wrote stays with the request.
 */
async function returnsView(call: PersonalCall, requests: readonly Counted[]): Promise<Html> {
  const files = new Map<string, number>();
  let returns = 0;
  let early = 0;
  let clean = 0;
  let pending = 0;
  // All of them together wait no longer than one page does.
  const until = performance.now() + CHECK_PATIENCE;
  for (const { events } of requests) {
    for (const [at, event] of events.entries()) {
      if (event.kind === 'returned-early') early += 1;
      if (event.kind !== 'returned') continue;
      returns += 1;
      const before = requestOf(events.slice(0, at));
      const groups = new Set(event.groups);
      const sentBack = outputsOf(before).filter(({ group }) => groups.has(group));
      const patience = Math.max(0, until - performance.now());
      const found = [...(await call.airlock.findings.of(before, sentBack, patience)).values()];
      if (found.some(({ kind }) => kind === 'pending')) pending += 1;
      const met = new Set(
        found.flatMap((one) => (one.kind === 'checked' ? Object.keys(one.counts) : [])),
      );
      if (found.every((one) => one.kind === 'checked' && Object.keys(one.counts).length === 0)) {
        clean += 1;
      }
      for (const rule of met) files.set(rule, (files.get(rule) ?? 0) + 1);
    }
  }
  const rows = [...files].toSorted(([, a], [, b]) => b - a) as readonly [RuleId, number][];
  return html`<p class="empty">${counted(returns, 'return')} after two reviews, ${early} early.${
    clean > 0 ? ` In ${clean} of them the checks had found nothing: the reviewers did.` : ''
  }${pending > 0 ? ` Files of ${pending} are still being checked.` : ''}</p>${table({
    caption: 'What the checks had found in files that were sent back',
    rows,
    empty: 'Nothing was found in what was sent back.',
    columns: [
      { heading: 'Found in what was sent back', names: true, cell: ([rule]) => rules[rule].title },
      { heading: 'Returns', align: 'end', cell: ([, count]) => count },
    ],
  })}`;
}

function requestsView(requests: readonly Counted[], now: number): Html {
  const newest = requests
    .toSorted((a, b) => (b.request.firstSubmittedAt ?? 0) - (a.request.firstSubmittedAt ?? 0))
    .slice(0, LISTED)
    .map(({ request, events }) => ({ request, ...turnaroundOf(events, now) }));
  return table({
    caption: `The ${LISTED} newest requests`,
    rows: newest,
    empty: 'No request has been submitted yet.',
    columns: [
      {
        heading: 'Request',
        names: true,
        cell: ({ request }) =>
          html`<a href="${addresses.request(request.id)}">${request.workspace}</a><span class="why"><code>${request.id}</code></span>`,
      },
      { heading: 'Status', cell: ({ request }) => statusPill(request.status) },
      {
        heading: 'Now with',
        cell: ({ request }) =>
          statusFacts[request.status].final ? '–' : ownerWords[statusFacts[request.status].owner],
      },
      { heading: 'Submissions', align: 'end', cell: ({ submissions }) => submissions },
      { heading: 'Reviewers', cell: ({ held }) => durationWords(held.reviewer) },
      { heading: 'Author', cell: ({ held }) => durationWords(held.author) },
      { heading: 'System', cell: ({ held }) => durationWords(held.system) },
    ],
  });
}
