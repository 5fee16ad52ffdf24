/** A release request as it stands: what its events come to. Nothing in it is changed in place. */
import type { RequestStatus } from './status.ts';

/** `output` leaves, `supporting` only helps to judge, `withdrawn` was taken back after a return. */
export type FileType = 'output' | 'supporting' | 'withdrawn';

/** `undecided` was a vote that a resubmission or an early return took back. */
export type Vote = 'approved' | 'changes-requested' | 'undecided';

/** One person's judgement of one file, of exactly these bytes. */
export interface Review {
  readonly vote: Vote;
  /** SHA-256 of the bytes that were judged. */
  readonly hash: string;
  readonly turn: number;
  /** When it was given, in milliseconds since 1970. */
  readonly at: number;
  /** Proves an approval to the job server (promise P4); null for every other vote. */
  readonly proof: ApprovalProof | null;
}

/** Made with the approval key of the reviewer's grant. */
export interface ApprovalProof {
  readonly grant: string;
  readonly signature: string;
}

export interface RequestFile {
  readonly path: string;
  readonly group: string;
  readonly type: FileType;
  /** SHA-256 of the copy, hexadecimal. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
  readonly job: string;
  /** Null for what was made from a working tree. */
  readonly commit: string | null;
  readonly repository: string | null;
  /** By user. */
  readonly reviews: ReadonlyMap<string, Review>;
  readonly released: { readonly by: string; readonly at: number } | null;
  readonly uploadedAt: number | null;
}

export interface Group {
  readonly name: string;
  /** What the files show, of whom, and how many. */
  readonly context: string;
  /** What was done against disclosure. */
  readonly controls: string;
}

export type Visibility = 'public' | 'private';

export interface Comment {
  readonly id: string;
  readonly group: string;
  readonly author: string;
  readonly text: string;
  readonly visibility: Visibility;
  readonly turn: number;
  readonly at: number;
  /** True for what an early return took back; checkers still find it when the request is complete. */
  readonly discarded: boolean;
}

export interface ReleaseRequest {
  readonly id: string;
  readonly workspace: string;
  readonly project: string;
  readonly author: string;
  readonly createdAt: number;
  readonly status: RequestStatus;
  /** Counts submissions and returns. */
  readonly turn: number;
  readonly firstSubmittedAt: number | null;
  readonly lastSubmittedAt: number | null;
  /** Who has handed in a review in this turn, in that order. */
  readonly submitted: readonly string[];
  /** The same of the turn before, while the request is the author's. */
  readonly submittedBefore: readonly string[];
  /** Groups that the author has to answer in before submitting again; empty after an early return. */
  readonly toAnswer: ReadonlySet<string>;
  readonly groups: ReadonlyMap<string, Group>;
  /** By path. */
  readonly files: ReadonlyMap<string, RequestFile>;
  readonly comments: readonly Comment[];
  readonly rejection: string | null;
  /** True once the job server has given the release up after a recall: nothing of this request can leave any more. */
  readonly isCancelled: boolean;
  /**
   * Counts what everybody may know of: content and status. Votes and comments do not count, so that it tells nobody that a
   * colleague is at work.
   */
  readonly revision: number;
}

/** The files that would leave. */
export function outputsOf({ files }: ReleaseRequest): readonly RequestFile[] {
  return [...files.values()].filter(({ type }) => type === 'output');
}
