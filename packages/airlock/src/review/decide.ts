/** What may happen: a request, a command and the circumstances give the events to write, or every reason against it. */
import type { Diagnostic } from '@vitrine/pipeline';
import { airlockFaults } from '../faults.ts';
import type { Circumstances, Command, CreateCommand } from './command.ts';
import {
  decideComment,
  decideEdit,
  decideUpload,
  decideVote,
  offerFaults,
} from './decide-content.ts';
import type { Happening, RequestEvent } from './event.ts';
import type { ReleaseRequest } from './request.ts';
import { type Part, partOf, rightsNow } from './standing.ts';
import { statusFacts } from './status.ts';
import { transitionOf } from './transitions.ts';

/** Events that are to be written together, or why not. */
export type Answer =
  | { readonly events: readonly RequestEvent[]; readonly refusals?: never }
  | { readonly events?: never; readonly refusals: readonly Diagnostic[] };

/** Answers the making of a request. */
export function decideCreate(command: CreateCommand, circumstances: Circumstances): Answer {
  const { actor, now, isOpen, activeRequest } = circumstances;
  if (actor === null) return refuse(airlockFaults.diagnose('review-rights-unconfirmed', {}));
  const { user } = actor;
  const rights = rightsNow(actor.standing, now);
  if (rights === null) return refuse(airlockFaults.diagnose('review-rights-unconfirmed', {}));
  if (rights.projects.get(command.project) !== 'developer') {
    const part = partOf(user, rights, { author: '', project: command.project });
    return refuse(airlockFaults.diagnose('review-not-allowed', { what: 'make a request', part }));
  }
  const refusals = [
    ...(isOpen ? [] : [airlockFaults.diagnose('review-workspace-closed', {})]),
    ...(activeRequest === null
      ? []
      : [airlockFaults.diagnose('review-already-active', { id: activeRequest })]),
    ...offerFaults(command.file, circumstances),
  ];
  if (refusals.length > 0) return { refusals };
  const { recordedHash: _, ...file } = command.file;
  const { id, workspace, project } = command;
  return write(user, now, [
    { kind: 'created', id, workspace, project },
    { kind: 'file-added', file },
  ]);
}

/** Answers a command. Nothing else changes a request. */
export function decide(
  request: ReleaseRequest,
  command: Command,
  circumstances: Circumstances,
): Answer {
  const { actor, now, isOpen } = circumstances;
  const rights = actor === null ? null : rightsNow(actor.standing, now);
  if (actor !== null && rights === null) {
    return refuse(airlockFaults.diagnose('review-rights-unconfirmed', {}));
  }
  // The uploader tells what has happened; people decide by what they saw.
  if (actor !== null && command.revision !== request.revision) {
    return refuse(airlockFaults.diagnose('review-outdated', {}));
  }
  // What is approved leaves, or is recalled, even when its project ends meanwhile; nothing else goes on.
  if (actor !== null && !isOpen && command.do !== 'recall')
    return refuse(airlockFaults.diagnose('review-workspace-closed', {}));
  const user = actor?.user ?? 'system';
  const part = actor === null ? 'system' : partOf(user, rights, request);
  const found = happeningsOf(request, command, circumstances, user, part);
  return 'refusals' in found ? found : write(user, now, found.happenings);
}

/** Who acts: a person, or the uploader. */
export type Doer = Part | 'system';

export type Found =
  | { readonly happenings: readonly Happening[] }
  | { readonly refusals: readonly Diagnostic[] };

function happeningsOf(
  request: ReleaseRequest,
  command: Command,
  circumstances: Circumstances,
  user: string,
  part: Doer,
): Found {
  switch (command.do) {
    case 'submit':
    case 'withdraw':
    case 'submit-review':
    case 'return':
    case 'approve':
    case 'reject':
    case 'recall':
    case 'finish': {
      const row = transitionOf(command.do, request.status);
      if (row === undefined) return wrongStatus(command.do, request);
      if (row.by !== part) return notAllowed(command.do, part);
      const refusals = row.needs.flatMap((need) => need({ request, command, circumstances, user }));
      return refusals.length > 0 ? { refusals } : { happenings: [row.happens(request, command)] };
    }
    case 'add-file':
    case 'update-file':
    case 'move-file':
    case 'retype-file':
    case 'withdraw-file':
    case 'edit-group':
      if (part !== 'author') return notAllowed(command.do, part);
      if (statusFacts[request.status].phase !== 'author') return wrongStatus(command.do, request);
      return decideEdit(request, command, circumstances);
    case 'vote':
    case 'request-changes-of-group':
      if (part !== 'checker') return notAllowed(command.do, part);
      if (!isUnderReview(request)) return wrongStatus(command.do, request);
      return decideVote(request, command, user);
    case 'comment':
    case 'publish-comment':
    case 'delete-comment':
      if (!mayComment(request, part)) {
        const isOther = statusFacts[request.status].phase === 'complete';
        return isOther ? wrongStatus(command.do, request) : notAllowed(command.do, part);
      }
      return decideComment(request, command, user, part);
    case 'uploaded':
      if (part !== 'system') return notAllowed(command.do, part);
      if (request.status !== 'approved') return wrongStatus(command.do, request);
      return decideUpload(request, command);
  }
}

function isUnderReview({ status }: ReleaseRequest): boolean {
  return statusFacts[status].owner === 'reviewer';
}

/** Each phase has its own people; observers, such as co-pilots and staff who may read, never write. */
function mayComment({ status }: ReleaseRequest, part: Doer): boolean {
  switch (statusFacts[status].phase) {
    case 'author':
      return part === 'author' || part === 'member';
    case 'independent':
    case 'consolidating':
      return part === 'checker';
    case 'complete':
      return false;
  }
}

function write(user: string, now: number, happenings: readonly Happening[]): Answer {
  return { events: happenings.map((happening) => ({ ...happening, by: user, at: now })) };
}

function refuse(refusal: Diagnostic): Answer {
  return { refusals: [refusal] };
}

function wrongStatus(what: string, { status }: ReleaseRequest): Found {
  const words = { what: what.replaceAll('-', ' '), status: status.replaceAll('-', ' ') };
  return { refusals: [airlockFaults.diagnose('review-wrong-status', words)] };
}

function notAllowed(what: string, part: string): Found {
  const words = { what: what.replaceAll('-', ' '), part };
  return { refusals: [airlockFaults.diagnose('review-not-allowed', words)] };
}
