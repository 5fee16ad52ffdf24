/**
 * Comments of a group: plain text in paragraphs. Nothing in them is markup; names of files of the request become links to these, so that
 * nobody has to write an address.
 */

import { newIdentifier } from '@vitrine/platform';
import { type Content, form, type Html, html, instant, pill, submit } from '@vitrine/web';
import type { PersonalCall } from '../../http/route.ts';
import type { Comment } from '../../review/request.ts';
import { addresses } from '../addresses.ts';
import { revisionField } from './next-steps.ts';
import type { OpenRequest } from './open-request.ts';

/** The comments of a group that the person may see, oldest first. */
export function commentList(call: PersonalCall, open: OpenRequest, group: string): Html {
  const comments = open.view.comments.filter((comment) => comment.group === group);
  return html`<ol class="comments">${comments.map((comment) => commentView(call, open, comment))}${
    comments.length === 0 ? html`<li class="quiet">No comments that you can see.</li>` : null
  }</ol>`;
}

function commentView(call: PersonalCall, open: OpenRequest, comment: Comment): Html {
  const { id, author, text, visibility, turn, at, discarded } = comment;
  const isOwn = author === open.user && turn === open.view.turn && !discarded && mayWrite(open);
  const send = (command: string, label: string): Html =>
    form({
      action: addresses.requestCommand(open.view.id, command),
      csrf: call.csrf,
      className: 'inline',
      body: html`${revisionField(open)}<input type="hidden" name="id" value="${id}">${submit(label, 'plain', `: comment of ${author}`)}`,
    });
  return html`<li id="comment-${id}"><p class="comment-head"><strong>${author}</strong> <span class="small quiet">turn ${turn}, ${instant(new Date(at))}</span> ${
    visibility === 'private'
      ? pill({ tone: 'neutral', icon: 'info', words: 'Private: reviewers only' })
      : null
  }${discarded ? pill({ tone: 'neutral', icon: 'stop', words: 'Taken back by an early return' }) : null}</p>
  ${paragraphs(open, text)}
  ${
    isOwn
      ? html`<div class="buttons small-buttons">${visibility === 'private' ? send('publish-comment', 'Make public') : null}${send('delete-comment', 'Delete')}</div>`
      : null
  }</li>`;
}

/** A field for a new comment, where the person may write one now. */
export function commentForm(
  call: PersonalCall,
  open: OpenRequest,
  group: string,
  file?: string,
): Html | null {
  if (!mayWrite(open)) return null;
  const isChecker = open.part === 'checker';
  const id = newIdentifier(call.airlock.randomBytes);
  return form({
    action: addresses.requestCommand(open.view.id, 'comment'),
    csrf: call.csrf,
    label: `Comment on the group ${group}`,
    className: 'comment-form',
    body: html`${revisionField(open)}<input type="hidden" name="id" value="${id}"><input type="hidden" name="group" value="${group}">${
      file === undefined ? null : html`<input type="hidden" name="file" value="${file}">`
    }<label>Comment on the group “${group}”<textarea name="text" rows="3" maxlength="10000" required>${
      file === undefined ? null : `${file}: `
    }</textarea></label>${
      isChecker
        ? html`<div class="choices"><label class="choice"><input type="radio" name="visibility" value="public" checked><span>Public: the author reads it when it is their turn</span></label><label class="choice"><input type="radio" name="visibility" value="private"><span>Private: reviewers only</span></label></div>`
        : null
    }${submit('Comment', 'plain', `on the group ${group}`)}`,
  });
}

/** Whether the person may write comments now; the core says the same again when one is sent. */
export function mayWrite({
  view,
  part,
  isOpen,
}: Pick<OpenRequest, 'view' | 'part' | 'isOpen'>): boolean {
  if (!isOpen) return false;
  switch (view.phase) {
    case 'author':
      return part === 'author' || part === 'member';
    case 'independent':
    case 'consolidating':
      return part === 'checker';
    case 'complete':
      return false;
  }
}

/** Place of a group among the others: names of groups may hold anything, identifiers may not. */
export function numberOf({ view }: Pick<OpenRequest, 'view'>, group: string): number {
  return view.groups.findIndex(({ name }) => name === group) + 1;
}

/** A text as it was written, with links at the names of files of the request. */
export function paragraphs({ view }: Pick<OpenRequest, 'view'>, text: string): Html {
  const names = new Set(view.files.map(({ path }) => path));
  const linked = (line: string): Content =>
    line.split(/(\s+)/).map((word) => {
      const [, name = word, rest = ''] = /^(.*?)([.,:;)!?]*)$/.exec(word) ?? [];
      return names.has(name)
        ? [html`<a href="${addresses.requestFile(view.id, name)}">${name}</a>`, rest]
        : word;
    });
  return html`<div class="written">${text
    .replaceAll('\r\n', '\n')
    .split(/\n{2,}/)
    .map(
      (part) =>
        html`<p>${part.split('\n').map((line, at) => [at > 0 && html`<br>`, linked(line)])}</p>`,
    )}</div>`;
}
