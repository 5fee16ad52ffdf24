import { alert, card, type Html, heading, html, icon, instant, keyValues } from '@vitrine/web';
import type { FileFindings } from '../../findings/copy-findings.ts';
import type { PersonalCall } from '../../http/route.ts';
import { statusFacts } from '../../review/status.ts';
import { addresses } from '../addresses.ts';
import { respond } from '../frame.ts';
import { activityView } from './activity.ts';
import { filesInOrder } from './file-order.ts';
import { groupCard } from './group-card.ts';
import { sightOf } from './live.ts';
import { nextStepForms, rejectForm } from './next-steps.ts';
import { type OpenRequest, openRequest } from './open-request.ts';
import { sendingCard } from './sending.ts';
import {
  counted,
  durationWords,
  ownerWords,
  partWords,
  phaseWords,
  statusPill,
  statusWords,
} from './words.ts';

/** Files that one page shows: more take browsers long to lay out. */
const FILES_SHOWN = 200;
/** How long a page waits for disclosure checks that are not done yet, in milliseconds. */
export const CHECK_PATIENCE = 1500;

/** A release request: where it stands, what this person can do, and all that is in it. */
export async function requestPage(call: PersonalCall): Promise<Response> {
  const open = await openRequest(call);
  const { view } = open;
  const ordered = filesInOrder(view);
  const pages = Math.max(1, Math.ceil(ordered.length / FILES_SHOWN));
  const asked = Number(call.http.req.query('files') ?? 1);
  const page = Number.isInteger(asked) ? Math.min(Math.max(asked, 1), pages) : 1;
  const shown = ordered.slice((page - 1) * FILES_SHOWN, page * FILES_SHOWN);
  const findings = await findingsOf(
    call,
    open,
    shown.map(({ path }) => path),
  );
  const groups = view.groups.filter(
    ({ name }) =>
      shown.some(({ group }) => group === name) ||
      (page === 1 && !ordered.some(({ group }) => group === name)),
  );
  const reject = rejectForm(call, open);
  return respond(call, {
    title: `Release request ${view.id}`,
    liveHref: statusFacts[view.status].final
      ? null
      : addresses.requestEvents(view.id, await sightOf(call, open)),
    breadcrumbs: [
      { label: 'Release requests', href: addresses.requests },
      { label: view.id, href: addresses.request(view.id) },
    ],
    main: html`${heading({
      title: `Release request ${view.id}`,
      facts: html`<li>${icon('folder')}<a href="${addresses.workspace(view.workspace)}">${view.workspace}</a></li><li>${icon('tag')}by ${view.author}</li><li>${icon('info')}You see it as ${open.part === 'stranger' ? null : partWords[open.part]}</li>`,
    })}
    <div class="columns aside-first" id="request" data-live><div class="stack">
    ${card({ id: 'standing', title: 'Where it stands', body: standing(call, open) })}
    ${await sendingCard(call, open)}
    ${reject === null ? null : card({ id: 'reject', title: 'Reject', body: reject })}
    </div><div class="stack">
    ${view.rejection === null ? null : alert({ tone: 'danger', title: 'The request was rejected.', body: html`<p>${view.rejection}</p>` })}
    ${groups.map((group) =>
      groupCard(
        call,
        open,
        group,
        shown.filter((file) => file.group === group.name),
        findings,
      ),
    )}
    ${pageLinks(view.id, page, pages, ordered.length)}
    ${card({ id: 'activity', title: 'Activity', body: activityView(open.visible) })}
    </div></div>`,
  });
}

/** Findings of some files of the request, as far as they are there by the end of the page's patience. */
export async function findingsOf(
  { airlock }: PersonalCall,
  { request }: OpenRequest,
  paths: readonly string[],
): Promise<ReadonlyMap<string, FileFindings>> {
  const wanted = new Set(paths);
  // Whether the counts behind a figure are there is told by all files of its group.
  const groups = new Set(
    [...request.files.values()].filter(({ path }) => wanted.has(path)).map(({ group }) => group),
  );
  const files = [...request.files.values()].filter(({ group }) => groups.has(group));
  return await airlock.findings.of(request, files, CHECK_PATIENCE);
}

function standing(call: PersonalCall, open: OpenRequest): Html {
  const { view, request } = open;
  const { owner, phase } = statusFacts[view.status];
  const isMine =
    (owner === 'author' && open.part === 'author') ||
    (owner === 'reviewer' && open.part === 'checker');
  const since = open.visible.at(-1)?.at ?? request.createdAt;
  const outputs = view.files.filter(({ type }) => type === 'output');
  return html`<p>${statusPill(view.status)}</p><p>${statusWords[view.status].next}</p>
  ${keyValues([
    ['Whose turn', `${ownerWords[owner]}${isMine ? ', that is you' : ''}`],
    ['Phase', phaseWords[phase]],
    ['Turn', String(view.turn)],
    ['Reviews handed in', phase === 'author' ? null : String(view.reviewsSubmitted)],
    [
      'Your review',
      open.part === 'checker' && open.request.submitted.includes(open.user)
        ? owner === 'reviewer'
          ? 'Handed in; votes can still be changed'
          : 'Handed in'
        : null,
    ],
    ['Reviewers', view.reviewers.length === 0 ? null : view.reviewers.join(', ')],
    [
      'Files',
      `${counted(outputs.length, 'output')}, ${view.files.length - outputs.length} that stay`,
    ],
    ['Made', instant(new Date(request.createdAt))],
    ['Last change you can see', html`${durationWords(call.now.getTime() - since)} ago`],
  ])}
  ${open.isOpen ? null : alert({ tone: 'warning', title: 'The workspace is closed.', body: 'It is archived or its project has ended; requests in it can only be looked at.' })}
  ${nextStepForms(call, open)}`;
}

function pageLinks(id: string, page: number, pages: number, files: number): Html | null {
  if (pages === 1) return null;
  const href = (to: number): string => `${addresses.request(id)}?files=${to}`;
  return html`<nav class="pagination" aria-label="Files"><span>${
    page > 1 ? html`<a class="button" rel="prev" href="${href(page - 1)}">← Files before</a>` : null
  }</span><span class="quiet">Files ${(page - 1) * FILES_SHOWN + 1} to ${Math.min(page * FILES_SHOWN, files)} of ${files.toLocaleString('en-GB')}</span><span>${
    page < pages
      ? html`<a class="button" rel="next" href="${href(page + 1)}">Files after →</a>`
      : null
  }</span></nav>`;
}
