/** A file of a request, exactly as it was copied: what it holds, what was found in it, what changed, and the reviewer's vote. */
import {
  card,
  fileViewer,
  form,
  formatSize,
  type Html,
  heading,
  html,
  icon,
  keyValues,
  repositoryName,
  type SortOrder,
  viewKindOf,
} from '@vitrine/web';
import { MOST_COMPARED } from '../../findings/copy-findings.ts';
import type { PersonalCall } from '../../http/route.ts';
import type { FileView } from '../../review/view.ts';
import { addresses } from '../addresses.ts';
import { changesView } from '../changes-view.ts';
import { respond } from '../frame.ts';
import { commentForm, commentList } from './comments.ts';
import { fileOf, mayDownload } from './file-bytes.ts';
import { filesInOrder } from './file-order.ts';
import { type FileVersion, versionsOf } from './file-versions.ts';
import { cellMarks, findingsList } from './findings-view.ts';
import { mayVote } from './group-card.ts';
import { revisionField } from './next-steps.ts';
import { type OpenRequest, openRequest } from './open-request.ts';
import { findingsOf } from './request.ts';
import { reviewKeys } from './review-keys.ts';
import { decisionPill, statusPill, typeWords, votePill } from './words.ts';

/** Characters of a log that are shown at first: its end says how it went. */
const LOG_END = 10_000;

export async function requestFilePage(call: PersonalCall): Promise<Response> {
  const open = await openRequest(call);
  const file = fileOf(call, open);
  const { path, hash, size } = file;
  const { id } = open.view;
  const [findings, versions] = await Promise.all([
    findingsOf(call, open, [path]),
    versionsOf(call.airlock, open, path),
  ]);
  const found = findings.get(path);
  const here = addresses.requestFile(id, path);
  const viewer = await fileViewer({
    path,
    size,
    read: () => call.airlock.copies.bytes(hash),
    address: addresses.requestFileShown(id, path, hash),
    marks: cellMarks(found),
    // Taking a file away is another thing than looking at it, and is written down.
    canDownload: false,
    sorting: {
      order: orderOf(call),
      address: (order) =>
        order === null
          ? `${here}#content`
          : `${here}?sort=${order.column}&order=${order.descending ? 'descending' : 'ascending'}#content`,
    },
    ...(call.http.req.query('whole') === 'yes'
      ? {}
      : { logEnd: { characters: LOG_END, wholeAddress: `${here}?whole=yes#content` } }),
  });
  const changes = await Promise.all(
    versions.map((version) => changesOf(call, open, file, version)),
  );
  return respond(call, {
    title: path,
    frames: viewKindOf(path) === 'document',
    hasKeys: true,
    breadcrumbs: [
      { label: 'Release requests', href: addresses.requests },
      { label: id, href: addresses.request(id) },
      { label: path, href: addresses.requestFile(id, path) },
    ],
    main: html`${heading({
      title: path,
      facts: html`<li>${statusPill(open.view.status)}</li><li>${icon('folder')}Group “${file.group}”</li><li>${icon('info')}${typeWords[file.type]}, ${formatSize(size)}</li>`,
      actions: neighbours(open, file),
    })}
    <div class="columns"><div class="stack">
    ${card({ id: 'content', title: 'What it holds', body: viewer })}
    ${changes}
    </div><div class="stack">
    ${votePanel(call, open, file)}
    ${card({ id: 'findings', title: 'What the checks found', body: html`<div data-next-key="n" data-next-of="#content .mark-text, #findings .findings > li">${findingsList(found)}</div>`, footer: `Counts are also compared with those of what was released from the project, the newest ${MOST_COMPARED.toLocaleString('en-GB')} files.` })}
    ${card({ id: 'comments', title: 'Comments on the group', body: html`${commentList(call, open, file.group)}${commentForm(call, open, file.group, path)}` })}
    ${card({ id: 'provenance', title: 'Where it comes from', body: provenance(open, file) })}
    </div></div>${reviewKeys()}`,
  });
}

/** Ways to the files before and after it. */
function neighbours({ view, user }: OpenRequest, { path }: FileView): Html {
  const files = filesInOrder(view);
  const at = files.findIndex((file) => file.path === path);
  const before = files[at - 1];
  const after = files[at + 1];
  const rest = [...files.slice(at + 1), ...files.slice(0, at)];
  const unjudged = rest.find(
    ({ type, reviews }) =>
      type === 'output' && (reviews.get(user)?.vote ?? 'undecided') === 'undecided',
  );
  const link = (to: FileView | undefined, words: string, key: string): Html | null =>
    to === undefined
      ? null
      : html`<a class="button" data-key="${key}" href="${addresses.requestFile(view.id, to.path)}">${words}<span class="visually-hidden">: ${to.path}</span></a>`;
  return html`${link(before, '← Previous file', 'k')}${link(after, 'Next file →', 'j')}${link(unjudged, 'Next not judged', 'u')}<a class="button" data-key="r" href="${addresses.request(view.id)}">The request</a>`;
}

/** Votes go with the hash of the bytes that are on the screen: others that came meanwhile are not judged by them (promise P4). */
function votePanel(call: PersonalCall, open: OpenRequest, file: FileView): Html | null {
  const { type, decision, reviews, path, hash } = file;
  if (open.part !== 'checker') {
    return decision === null
      ? null
      : card({ id: 'decision', title: 'Decision', body: html`<p>${decisionPill(decision)}</p>` });
  }
  const mine = reviews.get(open.user);
  const others = [...reviews].filter(([user]) => user !== open.user);
  const canVote = mayVote(open) && type === 'output';
  const button = (vote: string, words: string, kind: string, key: string): Html =>
    html`<button class="button${kind}" type="submit" name="vote" value="${vote}" data-key="${key}">${words} <kbd>${key}</kbd></button>`;
  const canClear =
    mine !== undefined && mine.vote !== 'undecided' && !open.request.submitted.includes(open.user);
  return card({
    id: 'vote',
    title: 'Your vote',
    body: html`<p>${type === 'output' ? votePill(mine?.vote) : html`<span class="quiet">It does not leave, so there is nothing to vote on.</span>`}</p>
    ${
      canVote
        ? form({
            action: addresses.requestCommand(open.view.id, 'vote'),
            csrf: call.csrf,
            label: `Vote on ${path}`,
            body: html`${revisionField(open)}<input type="hidden" name="path" value="${path}"><input type="hidden" name="hash" value="${hash}">
            <p class="buttons">${button('approved', 'Approve', ' primary', 'a')}${button('changes-requested', 'Request changes', '', 'c')}${canClear ? button('none', 'Clear', '', 'x') : null}</p>
            <p class="small quiet">You judge these very bytes: <code>${hash.slice(0, 12)}…</code></p>`,
          })
        : null
    }
    ${others.length === 0 ? null : keyValues(others.map(([user, { vote }]) => [user, votePill(vote)]))}
    ${decision === null ? null : keyValues([['Together', decisionPill(decision)]])}
    ${
      mayDownload(open)
        ? html`<p class="small"><a href="${addresses.requestDownload(open.view.id, path)}">Download it</a> <span class="quiet">(this is written down)</span></p>`
        : null
    }`,
  });
}

function provenance({ view, request }: OpenRequest, file: FileView): Html {
  const { job, commit, repository, hash, path } = file;
  return html`${keyValues([
    [
      'Workspace',
      html`<a href="${addresses.workspaceFile(request.workspace, path)}">${request.workspace}</a>`,
    ],
    ['Job', html`<code>${job}</code>`],
    ['Commit', commit === null ? null : html`<code>${commit.slice(0, 7)}</code>`],
    ['Repository', repository === null ? null : repositoryName(repository)],
    ['SHA-256', html`<code class="small">${hash}</code>`],
    ['Request', html`<a href="${addresses.request(view.id)}">${view.id}</a>`],
  ])}`;
}

async function changesOf(
  { airlock }: PersonalCall,
  { view }: OpenRequest,
  { path, hash, size }: FileView,
  { hash: old, title, kind, size: oldSize }: FileVersion,
): Promise<Html> {
  const changes = await changesView({
    path,
    before: {
      size: oldSize,
      read: () => airlock.copies.bytes(old),
      title,
      address: addresses.requestFileShown(view.id, path, old),
      isAlone: false,
    },
    after: { size, read: () => airlock.copies.bytes(hash) },
  });
  return card({ id: `changes-${kind}`, title: `Compared with ${title}`, body: changes });
}

function orderOf({ http }: PersonalCall): SortOrder | null {
  const column = http.req.query('sort') ?? '';
  if (!/^\d{1,4}$/.test(column)) return null;
  return { column: Number(column), descending: http.req.query('order') === 'descending' };
}
