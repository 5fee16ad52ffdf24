/** What pages tell of one released file. */
import {
  type Content,
  formatSize,
  type Html,
  html,
  instant,
  type KeyValue,
  keyValues,
  pill,
  repositoryLinks,
} from '@vitrine/web';
import type { ReleasedFile } from '../../queries/released-files.ts';
import type { Approver } from '../../queries/releases.ts';
import { addresses } from '../addresses.ts';

export interface FileFacts {
  readonly file: ReleasedFile;
  readonly approvers: readonly Approver[];
  readonly repository: string;
  /** Whether the one who looks may know who approved it. */
  readonly seesReviewers: boolean;
}

/** Which code made a file, and who let it out. */
export function fileFacts({ file, approvers, repository, seesReviewers }: FileFacts): Html {
  const commit = html`<code>${file.commit.slice(0, 7)}</code>`;
  const tree = repositoryLinks(repository)?.tree(file.commit);
  const entries: readonly KeyValue[] = [
    ['Size', formatSize(file.size)],
    ['Released', instant(file.released_at)],
    [
      'Release',
      html`<a href="${addresses.release(file.release)}"><code>${file.release}</code></a>`,
    ],
    ['Approved by', approvals(approvers, seesReviewers)],
    ['Made by the action', html`<a href="${addresses.job(file.job)}">${file.action}</a>`],
    ['Run command', html`<code>${file.run_command}</code>`],
    ['Read the outputs of', file.needs.length === 0 ? null : file.needs.join(', ')],
    ['Image', file.image_digest === null ? null : html`<code>${file.image_digest}</code>`],
    ['Job request', html`<a href="${addresses.request(file.request)}">${file.request}</a>`],
    ['Git commit hash', tree === undefined ? commit : html`<a href="${tree}">${commit}</a>`],
    ['Backend', html`<a href="/status#${file.backend_slug}">${file.backend}</a>`],
    ['SHA-256', html`<code>${file.sha256}</code>`],
  ];
  return keyValues(entries);
}

function approvals(approvers: readonly Approver[], seesReviewers: boolean): Content {
  if (!seesReviewers) {
    const last = approvers.map(({ last_at }) => last_at).toSorted((a, b) => +b - +a)[0];
    return html`${approvers.length} output checkers${last === undefined ? null : html`, the last ${instant(last)}`}`;
  }
  return html`<ul>${approvers.map(
    ({ name, username, last_at }) =>
      html`<li><a href="${addresses.person(username)}">${name}</a>, ${instant(last_at)}</li>`,
  )}</ul>`;
}

/** Says that a file is no longer handed out; nothing where it is. */
export function takenBackNote(file: ReleasedFile): Html | null {
  return file.withdrawn_at === null
    ? null
    : html`${pill({ tone: 'warning', icon: 'cross', words: 'Taken back' })}<span class="why">${instant(file.withdrawn_at)}, by ${file.withdrawer}: ${file.withdrawal_reason}</span>`;
}
