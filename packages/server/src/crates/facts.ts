/**
 * What the exports of provenance are made of: plain facts, gathered by who calls, so that the documents are pure functions.
 *
 * Every address is absolute. Moments are told to the second, whatever a `Date` holds (promise P3). Facts about jobs have no names
 * of outputs; those of a release come with its files, which have left.
 */
import type { JobState, RequestStatus } from '@vitrine/protocol';

/** A thing of the site that has a page. */
export interface Named {
  readonly url: string;
  readonly name: string;
}

export interface ProjectFacts extends Named {
  /** The number that approvals name, where there is one. */
  readonly number: string | null;
}

/** The site that has the record; its software checked who may do what, and wrote the document. */
export interface SiteFacts extends Named {
  readonly version: string;
}

/** Where something belongs. */
export interface PlaceFacts {
  readonly site: SiteFacts;
  readonly organisation: Named;
  readonly project: ProjectFacts;
  readonly workspace: Named;
  /** The secure environment. */
  readonly backend: Named;
  /** Null where nobody has said under which terms it may be used. */
  readonly licence: Named | null;
}

/** A state of the code of a study. */
export interface CodeFacts {
  /** Address of the repository, without names and secrets in it; only a name where it is a folder. */
  readonly repository: string;
  readonly branch: string;
  /** 40 hexadecimal digits. */
  readonly commit: string;
  /** Page of the code at that commit; null where its host has none. */
  readonly url: string | null;
  /** Text of project.yaml at that commit; null where the reader may not see the code. */
  readonly definition: string | null;
}

export interface ImageFacts {
  /** As the run command names it, for example `python:v2`. */
  readonly name: string;
  /** `sha256:` and 64 hexadecimal digits; null where the agent did not report it. */
  readonly digest: string | null;
}

export interface JobFacts {
  /** Page of the job; names it in every document. */
  readonly url: string;
  readonly identifier: string;
  readonly action: string;
  readonly runCommand: string;
  readonly state: JobState;
  /** Words of the fixed vocabulary, where it failed. */
  readonly failure: string | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Null where no image is known. */
  readonly image: ImageFacts | null;
  /** Addresses of the jobs whose outputs it reads, of this job request or of earlier ones. */
  readonly needs: readonly string[];
}

export interface JobRequestFacts extends PlaceFacts {
  /** Page of the job request; names it in every document. */
  readonly url: string;
  readonly number: number;
  readonly identifier: string;
  readonly requestedBy: Named;
  readonly requestedActions: readonly string[];
  /** Whether everything that they need was to run again too. */
  readonly forceRunDependencies: boolean;
  readonly code: CodeFacts;
  readonly status: RequestStatus;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** When anything of it last changed. */
  readonly updatedAt: Date;
  readonly jobs: readonly JobFacts[];
}

/** Somebody's word that a file may leave. */
export interface ApprovalFacts {
  readonly reviewer: Named;
  readonly at: Date;
}

/** A file that left the secure environment. */
export interface ReleasedFileFacts {
  /** Within the workspace, with `/` between parts; relative, without `.` and `..`. */
  readonly path: string;
  readonly bytes: number;
  /** 64 hexadecimal digits, of the bytes that both reviewers saw. */
  readonly sha256: string;
  /** Page of the job that wrote it, in one of the release's job requests. */
  readonly job: string;
  /** Of people who are not the author, for exactly these bytes (promise P4). */
  readonly approvals: readonly [ApprovalFacts, ApprovalFacts, ...ApprovalFacts[]];
  /** Where it was taken back after the release: its bytes are gone, and what is said of it stays. */
  readonly withdrawn: { readonly at: Date; readonly reason: string } | null;
}

export interface ReleaseFacts extends PlaceFacts {
  /** Page of the release; names it in every document. */
  readonly url: string;
  readonly identifier: string;
  /** Who asked for the release. */
  readonly author: Named;
  readonly releasedBy: Named;
  /** When the bytes of the last file were here, and had the SHA-256 that was approved. */
  readonly receivedAt: Date;
  /** When everybody could have the files: not before. */
  readonly releasedAt: Date;
  readonly files: readonly [ReleasedFileFacts, ...ReleasedFileFacts[]];
  /**
   * The job requests whose jobs wrote the files, of the release's own workspace; their other jobs may be left out. The newest is
   * what the crate is about.
   */
  readonly requests: readonly [JobRequestFacts, ...JobRequestFacts[]];
}
