/** What happened to a request. The list of events is the truth; the request is what they come to. */
import type { ApprovalProof, Group, RequestFile, Visibility, Vote } from './request.ts';

/** A copy of an output, as it was taken. */
export type FileCopy = Pick<
  RequestFile,
  'path' | 'group' | 'hash' | 'size' | 'job' | 'commit' | 'repository'
> & { readonly type: 'output' | 'supporting' };

/** What can happen, without who and when. */
export type Happening =
  | {
      readonly kind: 'created';
      readonly id: string;
      readonly workspace: string;
      readonly project: string;
    }
  | { readonly kind: 'file-added'; readonly file: FileCopy }
  | { readonly kind: 'file-updated'; readonly file: FileCopy }
  | { readonly kind: 'file-moved'; readonly path: string; readonly group: string }
  | { readonly kind: 'file-retyped'; readonly path: string; readonly type: 'output' | 'supporting' }
  | { readonly kind: 'file-deleted'; readonly path: string }
  | { readonly kind: 'file-withdrawn'; readonly path: string }
  | { readonly kind: 'group-edited'; readonly group: Group }
  | {
      readonly kind: 'commented';
      readonly id: string;
      readonly group: string;
      readonly text: string;
      readonly visibility: Visibility;
    }
  | { readonly kind: 'comment-published'; readonly id: string }
  | { readonly kind: 'comment-deleted'; readonly id: string }
  | {
      readonly kind: 'voted';
      readonly path: string;
      readonly vote: Vote | null;
      readonly hash: string;
      readonly proof: ApprovalProof | null;
    }
  | { readonly kind: 'submitted' }
  | { readonly kind: 'review-submitted' }
  | { readonly kind: 'returned-early' }
  | { readonly kind: 'returned'; readonly groups: readonly string[] }
  | { readonly kind: 'approved' }
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'withdrawn' }
  | { readonly kind: 'file-uploaded'; readonly path: string; readonly hash: string }
  | { readonly kind: 'recalled'; readonly isCancelled: boolean }
  | { readonly kind: 'released' };

/** One entry of the list. */
export type RequestEvent = Happening & {
  /** User, or `system`. */
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
};

/** Happenings of one reviewer alone, which nobody else may see before the reviews are consolidated. */
export const quietKinds: ReadonlySet<Happening['kind']> = new Set([
  'voted',
  'commented',
  'comment-published',
  'comment-deleted',
]);
