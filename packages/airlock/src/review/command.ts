/** What people ask of a request, and the circumstances that the answer depends on. */
import type { FileCopy } from './event.ts';
import type { ApprovalProof, Visibility } from './request.ts';
import type { Standing } from './standing.ts';

/** An output of the workspace that is to be copied into a request. */
export interface OfferedFile extends FileCopy {
  /** SHA-256 that the manifest records; the copy's own was computed from the bytes that were taken. */
  readonly recordedHash: string;
}

/** Changes of status; each is a row or more of the table of transitions. */
export type TransitionCommand =
  | { readonly do: 'submit'; readonly confirmsPolicy: boolean }
  | { readonly do: 'withdraw' }
  | { readonly do: 'submit-review' }
  | { readonly do: 'return' }
  | { readonly do: 'approve' }
  | { readonly do: 'reject'; readonly reason: string }
  /** Given by `Uploads.recall`, which tells the job server first. */
  | {
      readonly do: 'recall';
      /** True where the job server has given the release up, and so never takes one of that name again. */
      readonly isCancelled: boolean;
    }
  | { readonly do: 'finish' };

/** Changes of what is in the request. */
export type EditCommand =
  | { readonly do: 'add-file'; readonly file: OfferedFile }
  | { readonly do: 'update-file'; readonly file: OfferedFile }
  | { readonly do: 'move-file'; readonly path: string; readonly group: string }
  | { readonly do: 'retype-file'; readonly path: string; readonly type: 'output' | 'supporting' }
  | { readonly do: 'withdraw-file'; readonly path: string }
  | {
      readonly do: 'edit-group';
      readonly group: string;
      readonly context: string;
      readonly controls: string;
    };

/** What a reviewer does for herself. */
export type VoteCommand =
  | {
      readonly do: 'vote';
      readonly path: string;
      /** Null clears it. */
      readonly vote: 'approved' | 'changes-requested' | null;
      /** SHA-256 of the bytes that were on the screen. */
      readonly hash: string;
      /** Of an approval, what proves it to the job server. */
      readonly proof: ApprovalProof | null;
    }
  | { readonly do: 'request-changes-of-group'; readonly group: string };

export type CommentCommand =
  | {
      readonly do: 'comment';
      readonly id: string;
      readonly group: string;
      readonly text: string;
      readonly visibility: Visibility;
    }
  | { readonly do: 'publish-comment'; readonly id: string }
  | { readonly do: 'delete-comment'; readonly id: string };

/** What the uploader reports. */
export type UploadCommand = {
  readonly do: 'uploaded';
  readonly path: string;
  readonly hash: string;
};

/** One request to change, of one person, who saw the request at one revision. */
export type Command = (
  | TransitionCommand
  | EditCommand
  | VoteCommand
  | CommentCommand
  | UploadCommand
) & {
  /** Of the request as it was shown. Another than the present one is refused: two tabs never overwrite each other. */
  readonly revision: number;
};

/** The making of a request with its first file. */
export interface CreateCommand {
  readonly do: 'create';
  readonly id: string;
  readonly workspace: string;
  readonly project: string;
  readonly file: OfferedFile;
}

/** What an answer depends on besides the request and the command. */
export interface Circumstances {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Null for the uploader, which is nobody. */
  readonly actor: { readonly user: string; readonly standing: Standing } | null;
  /** False once the workspace is archived or its project has ended. */
  readonly isOpen: boolean;
  /** The author's active request in the workspace, if any. */
  readonly activeRequest: string | null;
  /** SHA-256 of everything that was released from the workspace. */
  readonly releasedHashes: ReadonlySet<string>;
  /** Extensions that may leave. */
  readonly fileTypes: readonly string[];
  /** SHA-256 of the stored copies, computed now, by path. */
  readonly storedHashes: ReadonlyMap<string, string>;
}
