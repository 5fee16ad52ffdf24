/** What may change in a request without a change of status: files, groups, votes, comments, uploads. */
import type { Diagnostic } from '@vitrine/pipeline';
import { airlockFaults } from '../faults.ts';
import type {
  Circumstances,
  CommentCommand,
  EditCommand,
  OfferedFile,
  UploadCommand,
  VoteCommand,
} from './command.ts';
import { isText } from './conditions.ts';
import type { Doer, Found } from './decide.ts';
import type { Happening } from './event.ts';
import { outputsOf, type ReleaseRequest } from './request.ts';

/** What speaks against taking a file in: no name for its group, other bytes than were recorded, or bytes that were released before. */
export function offerFaults(
  { path, group, type, hash, recordedHash }: OfferedFile,
  { releasedHashes }: Circumstances,
): readonly Diagnostic[] {
  return [
    ...(isText(group) ? [] : [textMissing('a name of the group')]),
    ...(hash === recordedHash ? [] : [airlockFaults.diagnose('review-bytes-changed', { path })]),
    ...(type === 'output' && releasedHashes.has(hash)
      ? [airlockFaults.diagnose('review-file-released', { path })]
      : []),
  ];
}

export function decideEdit(
  request: ReleaseRequest,
  command: EditCommand,
  circumstances: Circumstances,
): Found {
  if (command.do === 'edit-group') {
    const { group: name, context, controls } = command;
    if (!request.groups.has(name)) return missingGroup(name);
    const texts = { context, controls };
    const wrong = Object.entries(texts).filter(([, text]) => text !== '' && !isText(text));
    if (wrong.length > 0) return { refusals: wrong.map(([what]) => textMissing(what)) };
    return happens({ kind: 'group-edited', group: { name, context, controls } });
  }
  if (command.do === 'add-file' || command.do === 'update-file') {
    const { recordedHash: _, ...file } = command.file;
    const { path } = file;
    const present = request.files.get(path);
    const isThere = present !== undefined && present.type !== 'withdrawn';
    const isAddition = command.do === 'add-file';
    if (isAddition && isThere) return refused('review-file-there', path);
    if (!isAddition && !isThere) return refused('review-file-missing', path);
    const refusals = offerFaults(command.file, circumstances);
    if (refusals.length > 0) return { refusals };
    return happens({ kind: isAddition ? 'file-added' : 'file-updated', file });
  }
  const file = request.files.get(command.path);
  if (file === undefined || file.type === 'withdrawn') {
    return refused('review-file-missing', command.path);
  }
  const { path } = file;
  switch (command.do) {
    case 'move-file':
      if (!isText(command.group)) return { refusals: [textMissing('a name of the group')] };
      return happens({ kind: 'file-moved', path, group: command.group });
    case 'retype-file':
      if (command.type === 'output' && circumstances.releasedHashes.has(file.hash)) {
        return refused('review-file-released', path);
      }
      return happens({ kind: 'file-retyped', path, type: command.type });
    case 'withdraw-file':
      // Reviewers have seen it once it was submitted; it stays to be seen as withdrawn.
      return happens(
        request.status === 'pending'
          ? { kind: 'file-deleted', path }
          : { kind: 'file-withdrawn', path },
      );
  }
}

export function decideVote(request: ReleaseRequest, command: VoteCommand, user: string): Found {
  if (command.do === 'request-changes-of-group') {
    if (!request.groups.has(command.group)) return missingGroup(command.group);
    const unvoted = outputsOf(request).filter(
      ({ group, reviews }) =>
        group === command.group && (reviews.get(user)?.vote ?? 'undecided') === 'undecided',
    );
    return {
      happenings: unvoted.map(({ path, hash }) => ({
        kind: 'voted',
        path,
        vote: 'changes-requested',
        hash,
        proof: null,
      })),
    };
  }
  const { path, vote, hash } = command;
  const file = request.files.get(path);
  if (file?.type !== 'output') return refused('review-file-missing', path);
  if (file.hash !== hash) return refused('review-bytes-changed', path);
  if (vote === null && request.submitted.includes(user)) {
    return { refusals: [airlockFaults.diagnose('review-vote-kept', {})] };
  }
  if (vote === 'approved' && command.proof === null) {
    return { refusals: [airlockFaults.diagnose('review-approval-unproven', { path })] };
  }
  const proof = vote === 'approved' ? command.proof : null;
  return happens({ kind: 'voted', path, vote, hash, proof });
}

export function decideComment(
  request: ReleaseRequest,
  command: CommentCommand,
  user: string,
  part: Doer,
): Found {
  if (command.do === 'comment') {
    const { id, group, text, visibility } = command;
    if (!request.groups.has(group)) return missingGroup(group);
    if (!isText(text)) return { refusals: [textMissing('a comment')] };
    if (visibility === 'private' && part !== 'checker') {
      const words = { what: 'write a private comment', part };
      return { refusals: [airlockFaults.diagnose('review-not-allowed', words)] };
    }
    if (request.comments.some((comment) => comment.id === id)) return commentRefused();
    return happens({ kind: 'commented', id, group, text, visibility });
  }
  const comment = request.comments.find(({ id }) => id === command.id);
  const isOwn = comment?.author === user && comment.turn === request.turn && !comment.discarded;
  if (!isOwn) return commentRefused();
  return happens(
    command.do === 'publish-comment'
      ? { kind: 'comment-published', id: command.id }
      : { kind: 'comment-deleted', id: command.id },
  );
}

/** An upload is told once; the same again changes nothing, other bytes are refused. */
export function decideUpload(request: ReleaseRequest, { path, hash }: UploadCommand): Found {
  const file = request.files.get(path);
  if (file?.type !== 'output') return refused('review-file-missing', path);
  if (file.hash !== hash) return refused('review-bytes-changed', path);
  return file.uploadedAt === null
    ? happens({ kind: 'file-uploaded', path, hash })
    : { happenings: [] };
}

function happens(happening: Happening): Found {
  return { happenings: [happening] };
}

function refused(
  code:
    | 'review-file-there'
    | 'review-file-missing'
    | 'review-bytes-changed'
    | 'review-file-released',
  path: string,
): Found {
  return { refusals: [airlockFaults.diagnose(code, { path })] };
}

function missingGroup(group: string): Found {
  return { refusals: [airlockFaults.diagnose('review-group-missing', { group })] };
}

function textMissing(what: string): Diagnostic {
  return airlockFaults.diagnose('review-text-missing', { what });
}

function commentRefused(): Found {
  return { refusals: [airlockFaults.diagnose('review-comment-refused', {})] };
}
