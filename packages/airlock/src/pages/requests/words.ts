/** What pages of release requests call things. */
import { type Html, html, type Pill, pill } from '@vitrine/web';
import type { Decision } from '../../review/decision.ts';
import type { FileType, Vote } from '../../review/request.ts';
import type { Part } from '../../review/standing.ts';
import type { Phase, RequestStatus, StatusOwner } from '../../review/status.ts';

interface StatusWords extends Pill {
  /** Who has to do what now. */
  readonly next: string;
}

export const statusWords: Readonly<Record<RequestStatus, StatusWords>> = {
  pending: {
    tone: 'neutral',
    icon: 'dash',
    words: 'Draft',
    next: 'The author puts it together and submits it.',
  },
  submitted: {
    tone: 'info',
    icon: 'clock',
    words: 'Submitted',
    next: 'Two reviewers judge it independently of each other; no review has been handed in yet.',
  },
  'partially-reviewed': {
    tone: 'info',
    icon: 'clock',
    words: 'One review handed in',
    next: 'A second reviewer judges it, without seeing what the first one says.',
  },
  reviewed: {
    tone: 'info',
    icon: 'play',
    words: 'Reviewed',
    next: 'Both reviews are there. The reviewers see each other’s and approve, return or reject it together.',
  },
  returned: {
    tone: 'warning',
    icon: 'warning',
    words: 'Returned',
    next: 'The author answers what the reviewers ask, changes what has to change, and submits it again.',
  },
  approved: {
    tone: 'success',
    icon: 'play',
    words: 'Approved',
    next: 'Its files are on their way to the job server, which shows them once all of them are there.',
  },
  rejected: {
    tone: 'danger',
    icon: 'cross',
    words: 'Rejected',
    next: 'It is over. A new request can be made of the same files once they are changed.',
  },
  released: {
    tone: 'success',
    icon: 'tick',
    words: 'Released',
    next: 'It is over. The files are on the page of the workspace on the job server.',
  },
  withdrawn: {
    tone: 'neutral',
    icon: 'stop',
    words: 'Withdrawn',
    next: 'It is over. Its files can be asked for again in a new request.',
  },
};

export const ownerWords: Readonly<Record<StatusOwner, string>> = {
  author: 'The author',
  reviewer: 'The reviewers',
  system: 'Nobody',
};

export const phaseWords: Readonly<Record<Phase, string>> = {
  author: 'With the author',
  independent: 'Independent review',
  consolidating: 'Consolidation',
  complete: 'Complete',
};

export const partWords: Readonly<Record<Exclude<Part, 'stranger'>, string>> = {
  author: 'its author',
  checker: 'a reviewer',
  member: 'a member of its project',
  observer: 'somebody who may look at it',
};

export const typeWords: Readonly<Record<FileType, string>> = {
  output: 'Output',
  supporting: 'Supporting',
  withdrawn: 'Withdrawn',
};

const votes: Readonly<Record<Vote, Pill>> = {
  approved: { tone: 'success', icon: 'tick', words: 'Approved' },
  'changes-requested': { tone: 'warning', icon: 'warning', words: 'Changes requested' },
  undecided: { tone: 'neutral', icon: 'dash', words: 'To be judged again' },
};

const decisions: Readonly<Record<Decision, Pill>> = {
  incomplete: { tone: 'neutral', icon: 'clock', words: 'Not decided' },
  approved: { tone: 'success', icon: 'tick', words: 'Approved' },
  'changes-requested': { tone: 'warning', icon: 'warning', words: 'Changes requested' },
  conflicted: { tone: 'danger', icon: 'warning', words: 'Disagreement' },
};

export function statusPill(status: RequestStatus): Html {
  return pill(statusWords[status]);
}

/** @param vote - Undefined where there is none. */
export function votePill(vote: Vote | undefined): Html {
  return vote === undefined ? html`<span class="quiet">No vote</span>` : pill(votes[vote]);
}

export function decisionPill(decision: Decision): Html {
  return pill(decisions[decision]);
}

export function voteWords(vote: Vote): string {
  return votes[vote].words;
}

/** A stretch of time as people say it: `3 days`, `5 hours`, `12 minutes`. */
export function durationWords(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 120) return counted(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? counted(hours, 'hour') : counted(Math.floor(hours / 24), 'day');
}

export function counted(count: number, word: string): string {
  return `${count.toLocaleString('en-GB')} ${word}${count === 1 ? '' : 's'}`;
}
