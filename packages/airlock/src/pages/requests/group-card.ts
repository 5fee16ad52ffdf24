import { breakable, card, form, formatSize, type Html, html, keyValues } from '@vitrine/web';
import type { FileFindings } from '../../findings/copy-findings.ts';
import type { PersonalCall } from '../../http/route.ts';
import type { Group } from '../../review/request.ts';
import { statusFacts } from '../../review/status.ts';
import type { FileView } from '../../review/view.ts';
import { addresses } from '../addresses.ts';
import { commentForm, commentList, numberOf, paragraphs } from './comments.ts';
import { answersOf, type Prompt, prompts, unanswered } from './explanation.ts';
import { findingsSummary } from './findings-view.ts';
import { revisionField } from './next-steps.ts';
import type { OpenRequest } from './open-request.ts';
import { counted, decisionPill, typeWords, votePill } from './words.ts';

/** A group: what its files are, the files themselves, and what is said of them. */
export function groupCard(
  call: PersonalCall,
  open: OpenRequest,
  group: Group,
  files: readonly FileView[],
  findings: ReadonlyMap<string, FileFindings>,
): Html {
  const number = numberOf(open, group.name);
  const edits = mayEdit(open);
  const all = open.view.files.filter((file) => file.group === group.name).length;
  return card({
    id: `group-${number}`,
    title: `Group “${group.name}”`,
    subtitle: counted(all, 'file'),
    ...(edits
      ? {
          actions: html`<a class="button small" href="${addresses.requestGroup(open.view.id, group.name)}">Edit context and controls</a>`,
        }
      : {}),
    body: html`${explanation(open, group)}
    ${edits && files.length > 0 ? editableFiles(call, open, number, files, findings) : filesTable(open, files, findings, false)}
    ${groupVote(call, open, group, files)}
    <h3>Comments</h3>${commentList(call, open, group.name)}${commentForm(call, open, group.name)}`,
  });
}

/** Whether this person may change what is in the request now. */
export function mayEdit({ part, view, isOpen }: OpenRequest): boolean {
  return isOpen && part === 'author' && view.phase === 'author';
}

/** Whether this person may vote now. */
export function mayVote({ part, view, isOpen }: OpenRequest): boolean {
  return isOpen && part === 'checker' && statusFacts[view.status].owner === 'reviewer';
}

function explanation(open: OpenRequest, group: Group): Html {
  const answers = answersOf(group);
  const missing = unanswered(group);
  const part = (of: Prompt['of'], title: string): Html => {
    const said = prompts.filter(
      (prompt) => prompt.of === of && (answers[prompt.name] ?? '') !== '',
    );
    return html`<h3>${title}</h3>${
      said.length === 0
        ? html`<p class="quiet">Nothing has been said yet.</p>`
        : keyValues(
            said.map(
              (prompt) => [prompt.title, paragraphs(open, answers[prompt.name] ?? '')] as const,
            ),
          )
    }`;
  };
  return html`${part('context', 'Context')}${part('controls', 'Controls')}${
    missing.length === 0
      ? null
      : html`<p class="small quiet">Not said: ${missing.map(({ title }) => title.toLowerCase()).join(', ')}.</p>`
  }`;
}

/** The table of files; with boxes to tick for an author. */
function filesTable(
  open: OpenRequest,
  files: readonly FileView[],
  findings: ReadonlyMap<string, FileFindings>,
  canChoose: boolean,
): Html {
  if (files.length === 0) return html`<p class="quiet">No files in this group.</p>`;
  const isChecker = open.part === 'checker';
  const isDecided = files.some(({ decision }) => decision !== null);
  const isSending = open.view.status === 'approved' || open.view.status === 'released';
  const head = (heading: string): Html => html`<th scope="col">${heading}</th>`;
  return html`<div class="table-scroll bleed"><table class="table files"><caption class="visually-hidden">Files of this group</caption>
<thead><tr>${canChoose ? html`<th scope="col"><span class="visually-hidden">Choose</span></th>` : null}${head('File')}${head('Findings of the checks')}${isChecker ? head('Votes') : null}${isDecided ? head('Decision') : null}</tr></thead>
<tbody>${files.map((file) => {
    const { path, type, size, decision, uploadedAt } = file;
    const sent =
      isSending && type === 'output' ? (uploadedAt === null ? ', not sent yet' : ', sent') : '';
    return html`<tr>${
      canChoose
        ? html`<td class="choose">${type === 'withdrawn' ? null : html`<input type="checkbox" name="path" value="${path}" aria-label="Choose ${path}">`}</td>`
        : null
    }<th scope="row"><a href="${addresses.requestFile(open.view.id, path)}">${breakable(path)}</a><span class="why">${typeWords[type]}, ${formatSize(size)}${sent}</span></th><td data-heading="Findings">${
      type === 'withdrawn' ? null : findingsSummary(findings.get(path))
    }</td>${isChecker ? html`<td data-heading="Votes">${type === 'output' ? votesOf(open, file) : html`<span class="quiet">Not voted on</span>`}</td>` : null}${
      isDecided
        ? html`<td data-heading="Decision">${decision === null ? null : decisionPill(decision)}</td>`
        : null
    }</tr>`;
  })}</tbody></table></div>`;
}

/** One's own vote, and those of others where they may be seen. */
function votesOf({ user }: OpenRequest, { reviews }: FileView): Html {
  const others = [...reviews].filter(([reviewer]) => reviewer !== user);
  return html`<span class="vote-line">${others.length > 0 ? html`<span class="small">you</span> ` : null}${votePill(reviews.get(user)?.vote)}</span>${others.map(
    ([reviewer, { vote }]) =>
      html`<span class="vote-line"><span class="small">${reviewer}</span> ${votePill(vote)}</span>`,
  )}`;
}

/** What an author does with files that are ticked. */
function editableFiles(
  call: PersonalCall,
  open: OpenRequest,
  number: number,
  files: readonly FileView[],
  findings: ReadonlyMap<string, FileFindings>,
): Html {
  const { id, groups } = open.view;
  const send = (command: string, label: string, kind = ''): Html =>
    html`<button class="button small${kind}" type="submit" formaction="${addresses.requestCommand(id, command)}">${label}</button>`;
  const list = `groups-for-${number}`;
  return form({
    action: addresses.requestCommand(id, 'move-files'),
    csrf: call.csrf,
    label: 'Change the files that are ticked',
    body: html`${revisionField(open)}${filesTable(open, files, findings, true)}
    <div class="file-actions"><label>Ticked files to the group<input type="text" name="group" list="${list}" maxlength="100"></label><datalist id="${list}">${groups.map(({ name }) => html`<option value="${name}"></option>`)}</datalist>${send('move-files', 'Move')}
    ${send('make-output', 'Make output')}${send('make-supporting', 'Make supporting')}${send('withdraw-files', 'Withdraw', ' danger')}</div>`,
  });
}

/** A way to ask for changes of all that the reviewer has not judged; approving is one file at a time, on purpose. */
function groupVote(
  call: PersonalCall,
  open: OpenRequest,
  group: Group,
  files: readonly FileView[],
): Html | null {
  if (!mayVote(open)) return null;
  const unvoted = files.filter(
    ({ type, reviews }) =>
      type === 'output' && (reviews.get(open.user)?.vote ?? 'undecided') === 'undecided',
  );
  if (unvoted.length === 0) return null;
  const [first] = unvoted;
  return html`<div class="buttons group-vote">${
    first === undefined
      ? null
      : html`<a class="button small" href="${addresses.requestFile(open.view.id, first.path)}">Judge the first of them</a>`
  }${form({
    action: addresses.requestCommand(open.view.id, 'request-changes-of-group'),
    csrf: call.csrf,
    className: 'inline',
    label: `Request changes of the group ${group.name}`,
    body: html`${revisionField(open)}<input type="hidden" name="group" value="${group.name}"><button class="button small" type="submit">Request changes of all that you have not judged</button>`,
  })}<span class="small quiet">${counted(unvoted.length, 'file')} without your vote</span></div>`;
}
