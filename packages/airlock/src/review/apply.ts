/** What events come to. Applying judges nothing: what happened has happened; `decide` says what may happen. */
import { type FileCopy, quietKinds, type RequestEvent } from './event.ts';
import type { Comment, Group, ReleaseRequest, RequestFile, Review } from './request.ts';
import type { RequestStatus } from './status.ts';

/** The request after all events. @throws Error when the first is not its creation. */
export function requestOf(events: readonly RequestEvent[]): ReleaseRequest {
  const [first, ...rest] = events;
  if (first?.kind !== 'created') throw new Error('the events of a request begin with its creation');
  return applyEvents(
    {
      id: first.id,
      workspace: first.workspace,
      project: first.project,
      author: first.by,
      createdAt: first.at,
      status: 'pending',
      turn: 0,
      firstSubmittedAt: null,
      lastSubmittedAt: null,
      submitted: [],
      submittedBefore: [],
      toAnswer: new Set(),
      groups: new Map(),
      files: new Map(),
      comments: [],
      rejection: null,
      isCancelled: false,
      revision: 1,
    },
    rest,
  );
}

/** The request after one more event. */
export function applyEvent(request: ReleaseRequest, event: RequestEvent): ReleaseRequest {
  return applyEvents(request, [event]);
}

/**
 * The request after further events; the given one stays as it is. Thousands of files and votes are applied to one copy: a copy for
 * each event would take a time that grows with the square of their number.
 */
export function applyEvents(
  request: ReleaseRequest,
  events: readonly RequestEvent[],
): ReleaseRequest {
  const draft: Draft = {
    ...request,
    groups: new Map(request.groups),
    files: new Map(request.files),
    comments: [...request.comments],
  };
  for (const event of events) {
    change(draft, event);
    if (!quietKinds.has(event.kind)) draft.revision += 1;
  }
  return draft;
}

/** A request under way from one state to the next. Its maps and its list of comments are its own, what is in them is not. */
type Draft = {
  -readonly [K in keyof Omit<ReleaseRequest, 'groups' | 'files' | 'comments'>]: ReleaseRequest[K];
} & {
  readonly groups: Map<string, Group>;
  readonly files: Map<string, RequestFile>;
  comments: Comment[];
};

function change(draft: Draft, event: RequestEvent): void {
  switch (event.kind) {
    case 'created':
      return;
    case 'file-added':
    case 'file-updated':
      needGroup(draft, event.file.group);
      draft.files.set(event.file.path, fresh(event.file));
      return;
    case 'file-moved':
      needGroup(draft, event.group);
      edit(draft, event.path, { group: event.group });
      return;
    case 'file-retyped':
      edit(draft, event.path, { type: event.type });
      return;
    case 'file-withdrawn':
      edit(draft, event.path, { type: 'withdrawn' });
      return;
    case 'file-deleted':
      draft.files.delete(event.path);
      return;
    case 'group-edited':
      draft.groups.set(event.group.name, event.group);
      return;
    case 'commented': {
      const { id, group, text, visibility, by: author, at } = event;
      const { turn } = draft;
      draft.comments.push({ id, group, author, text, visibility, turn, at, discarded: false });
      return;
    }
    case 'comment-published':
      draft.comments = draft.comments.map((one) =>
        one.id === event.id ? { ...one, visibility: 'public' } : one,
      );
      return;
    case 'comment-deleted':
      draft.comments = draft.comments.filter(({ id }) => id !== event.id);
      return;
    case 'voted':
      vote(draft, event);
      return;
    case 'submitted':
      startTurn(draft, 'submitted');
      changeReviews(draft, (review) =>
        review.vote === 'changes-requested' ? { ...review, vote: 'undecided' } : review,
      );
      draft.firstSubmittedAt ??= event.at;
      draft.lastSubmittedAt = event.at;
      draft.submittedBefore = [];
      draft.toAnswer = new Set();
      return;
    case 'review-submitted':
      draft.submitted = [...new Set([...draft.submitted, event.by])];
      draft.status = draft.submitted.length < 2 ? 'partially-reviewed' : 'reviewed';
      return;
    case 'returned-early': {
      const { turn } = draft;
      changeReviews(draft, (review) =>
        review.turn === turn ? { ...review, vote: 'undecided' } : review,
      );
      draft.comments = draft.comments.map((comment) =>
        comment.turn === turn ? { ...comment, discarded: true } : comment,
      );
      startTurn(draft, 'returned');
      draft.submittedBefore = [];
      draft.toAnswer = new Set();
      return;
    }
    case 'returned': {
      const { submitted } = draft;
      startTurn(draft, 'returned');
      draft.submittedBefore = submitted;
      draft.toAnswer = new Set(event.groups);
      return;
    }
    case 'approved':
      for (const [path, file] of draft.files) {
        if (file.type !== 'output') continue;
        draft.files.set(path, { ...file, released: { by: event.by, at: event.at } });
      }
      draft.status = 'approved';
      return;
    case 'rejected':
      draft.status = 'rejected';
      draft.rejection = event.reason;
      return;
    case 'withdrawn':
      draft.status = 'withdrawn';
      return;
    case 'file-uploaded': {
      const file = draft.files.get(event.path);
      if (file === undefined) return;
      draft.files.set(event.path, { ...file, uploadedAt: file.uploadedAt ?? event.at });
      return;
    }
    case 'recalled':
      for (const [path, file] of draft.files) {
        draft.files.set(path, { ...file, released: null, uploadedAt: null });
      }
      draft.status = 'reviewed';
      draft.isCancelled ||= event.isCancelled;
      return;
    case 'released':
      draft.status = 'released';
      return;
  }
}

function startTurn(draft: Draft, status: RequestStatus): void {
  draft.status = status;
  draft.turn += 1;
  draft.submitted = [];
}

function vote(draft: Draft, event: RequestEvent & { readonly kind: 'voted' }): void {
  const file = draft.files.get(event.path);
  if (file === undefined) return;
  const reviews = new Map(file.reviews);
  if (event.vote === null) reviews.delete(event.by);
  else {
    const { vote, hash, proof, at } = event;
    reviews.set(event.by, { vote, hash, proof, at, turn: draft.turn });
  }
  draft.files.set(event.path, { ...file, reviews });
}

/** New bytes, or bytes that come back, have no reviews. */
function fresh(copy: FileCopy): RequestFile {
  return { ...copy, reviews: new Map(), released: null, uploadedAt: null };
}

/** A file that changes in any way loses its reviews: they were of something else. */
function edit(draft: Draft, path: string, changed: Partial<RequestFile>): void {
  const file = draft.files.get(path);
  if (file !== undefined) draft.files.set(path, { ...file, ...changed, reviews: new Map() });
}

function needGroup({ groups }: Draft, name: string): void {
  if (!groups.has(name)) groups.set(name, { name, context: '', controls: '' });
}

function changeReviews({ files }: Draft, changed: (review: Review) => Review): void {
  for (const [path, file] of files) {
    if (file.reviews.size === 0) continue;
    const reviews = [...file.reviews].map(([user, review]) => [user, changed(review)] as const);
    files.set(path, { ...file, reviews: new Map(reviews) });
  }
}
