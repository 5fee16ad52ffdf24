/** What events come to. Applying judges nothing: what happened has happened; `decide` says what may happen. */
import { type FileCopy, quietKinds, type RequestEvent } from './event.ts';
import type { Comment, ReleaseRequest, RequestFile, Review } from './request.ts';
import type { RequestStatus } from './status.ts';

/** The request after all events. @throws Error when the first is not its creation. */
export function requestOf(events: readonly RequestEvent[]): ReleaseRequest {
  const [first, ...rest] = events;
  if (first?.kind !== 'created') throw new Error('the events of a request begin with its creation');
  return rest.reduce(applyEvent, {
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
  });
}

/** The request after one more event. */
export function applyEvent(request: ReleaseRequest, event: RequestEvent): ReleaseRequest {
  const next = changed(request, event);
  return quietKinds.has(event.kind) ? next : { ...next, revision: request.revision + 1 };
}

function changed(request: ReleaseRequest, event: RequestEvent): ReleaseRequest {
  switch (event.kind) {
    case 'created':
      return request;
    case 'file-added':
    case 'file-updated':
      return withFile(withGroup(request, event.file.group), fresh(event.file));
    case 'file-moved':
      return edited(withGroup(request, event.group), event.path, { group: event.group });
    case 'file-retyped':
      return edited(request, event.path, { type: event.type });
    case 'file-withdrawn':
      return edited(request, event.path, { type: 'withdrawn' });
    case 'file-deleted': {
      const files = new Map(request.files);
      files.delete(event.path);
      return { ...request, files };
    }
    case 'group-edited':
      return { ...request, groups: new Map(request.groups).set(event.group.name, event.group) };
    case 'commented': {
      const { id, group, text, visibility, by: author, at } = event;
      const comment: Comment = {
        id,
        group,
        author,
        text,
        visibility,
        turn: request.turn,
        at,
        discarded: false,
      };
      return { ...request, comments: [...request.comments, comment] };
    }
    case 'comment-published':
      return withComments(request, (one) =>
        one.id === event.id ? { ...one, visibility: 'public' } : one,
      );
    case 'comment-deleted':
      return { ...request, comments: request.comments.filter(({ id }) => id !== event.id) };
    case 'voted':
      return voted(request, event);
    case 'submitted':
      return {
        ...withReviews(startTurn(request, 'submitted'), (review) =>
          review.vote === 'changes-requested' ? { ...review, vote: 'undecided' } : review,
        ),
        firstSubmittedAt: request.firstSubmittedAt ?? event.at,
        lastSubmittedAt: event.at,
        submittedBefore: [],
        toAnswer: new Set(),
      };
    case 'review-submitted': {
      const submitted = [...new Set([...request.submitted, event.by])];
      const status = submitted.length < 2 ? 'partially-reviewed' : 'reviewed';
      return { ...request, submitted, status };
    }
    case 'returned-early': {
      const before = withReviews(request, (review) =>
        review.turn === request.turn ? { ...review, vote: 'undecided' } : review,
      );
      const silenced = withComments(before, (comment) =>
        comment.turn === request.turn ? { ...comment, discarded: true } : comment,
      );
      return { ...startTurn(silenced, 'returned'), submittedBefore: [], toAnswer: new Set() };
    }
    case 'returned':
      return {
        ...startTurn(request, 'returned'),
        submittedBefore: request.submitted,
        toAnswer: new Set(event.groups),
      };
    case 'approved':
      return {
        ...withFiles(request, (file) =>
          file.type === 'output' ? { ...file, released: { by: event.by, at: event.at } } : file,
        ),
        status: 'approved',
      };
    case 'rejected':
      return { ...request, status: 'rejected', rejection: event.reason };
    case 'withdrawn':
      return { ...request, status: 'withdrawn' };
    case 'file-uploaded':
      return withFiles(request, (file) =>
        file.path === event.path ? { ...file, uploadedAt: file.uploadedAt ?? event.at } : file,
      );
    case 'recalled':
      return {
        ...withFiles(request, (file) => ({ ...file, released: null, uploadedAt: null })),
        status: 'reviewed',
        isCancelled: request.isCancelled || event.isCancelled,
      };
    case 'released':
      return { ...request, status: 'released' };
  }
}

function startTurn(request: ReleaseRequest, status: RequestStatus): ReleaseRequest {
  return { ...request, status, turn: request.turn + 1, submitted: [] };
}

function voted(
  request: ReleaseRequest,
  event: RequestEvent & { readonly kind: 'voted' },
): ReleaseRequest {
  return withFiles(request, (file) => {
    if (file.path !== event.path) return file;
    const reviews = new Map(file.reviews);
    if (event.vote === null) reviews.delete(event.by);
    else {
      const { vote, hash, proof, at } = event;
      reviews.set(event.by, { vote, hash, proof, at, turn: request.turn });
    }
    return { ...file, reviews };
  });
}

/** New bytes, or bytes that come back, have no reviews. */
function fresh(copy: FileCopy): RequestFile {
  return { ...copy, reviews: new Map(), released: null, uploadedAt: null };
}

/** A file that changes in any way loses its reviews: they were of something else. */
function edited(
  request: ReleaseRequest,
  path: string,
  change: Partial<RequestFile>,
): ReleaseRequest {
  return withFiles(request, (file) =>
    file.path === path ? { ...file, ...change, reviews: new Map() } : file,
  );
}

function withFile(request: ReleaseRequest, file: RequestFile): ReleaseRequest {
  return { ...request, files: new Map(request.files).set(file.path, file) };
}

function withGroup(request: ReleaseRequest, name: string): ReleaseRequest {
  if (request.groups.has(name)) return request;
  const group = { name, context: '', controls: '' };
  return { ...request, groups: new Map(request.groups).set(name, group) };
}

function withFiles(
  request: ReleaseRequest,
  change: (file: RequestFile) => RequestFile,
): ReleaseRequest {
  const files = [...request.files].map(([path, file]) => [path, change(file)] as const);
  return { ...request, files: new Map(files) };
}

function withReviews(request: ReleaseRequest, change: (review: Review) => Review): ReleaseRequest {
  return withFiles(request, (file) => ({
    ...file,
    reviews: new Map([...file.reviews].map(([user, review]) => [user, change(review)] as const)),
  }));
}

function withComments(
  request: ReleaseRequest,
  change: (comment: Comment) => Comment,
): ReleaseRequest {
  return { ...request, comments: request.comments.map(change) };
}
