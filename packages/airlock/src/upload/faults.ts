/** What stops or delays approved files on their way, and recalls. What the job server refuses is told in its own words. */
import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';

interface InFile {
  /** Path of the file in the request. */
  readonly file: string;
}

interface Values {
  readonly 'upload-bytes-changed': InFile;
  readonly 'upload-copy-missing': InFile;
  readonly 'upload-commit-missing': InFile;
  readonly 'upload-approvals-missing': InFile;
  readonly 'upload-given-up': object;
  readonly 'upload-token-refused': object;
  readonly 'upload-not-answered': { readonly reason: string };
  readonly 'upload-not-understood': { readonly reason: string };
  readonly 'upload-incomplete': object;
  readonly 'upload-held': { readonly reason: string };
  readonly 'upload-failed': object;
  readonly 'upload-over': { readonly id: string };
  readonly 'recall-too-late': { readonly id: string };
}

type Kinds = { readonly [C in keyof Values]: FaultKind<Values[C]> };

const again = 'It is tried again by itself; nothing has to be done here.';

const kinds: Kinds = {
  'upload-bytes-changed': {
    blame: 'platform',
    summary:
      'The stored bytes of an approved file are not those that were approved; they are never sent.',
    message: (v) => `The stored bytes of ${v.file} are not those that were approved.`,
    hint: () =>
      'Recall the request, and have whoever runs this airlock look at its disk and at who writes there.',
  },
  'upload-copy-missing': {
    blame: 'platform',
    summary: 'The stored copy of an approved file is not there.',
    message: (v) => `The stored copy of ${v.file} is not there.`,
    hint: () =>
      'Put the copies of the airlock back from its backup and try again, or recall the request.',
  },
  'upload-commit-missing': {
    blame: 'user',
    summary:
      'An approved file was made from a working tree, so that nobody could look up its code.',
    message: (v) => `${v.file} was made from a working tree and not from a commit.`,
    hint: () =>
      'Recall the request, run the action from a commit, and request the file that it makes.',
  },
  'upload-approvals-missing': {
    blame: 'platform',
    summary: 'An approved file does not have two approvals that can be proven to the job server.',
    message: (v) => `${v.file} does not have two approvals that can be proven.`,
    hint: () => 'Recall the request; two checkers sign in anew and approve the file again.',
  },
  'upload-given-up': {
    blame: 'user',
    summary: 'The job server has given the release up, as it was told to.',
    message: () => 'The job server has given this release up.',
    hint: () => 'Recall the request; the author makes a new one with the same files.',
  },
  'upload-token-refused': {
    blame: 'platform',
    summary: 'The job server does not accept the token of the airlock.',
    message: () => 'The job server does not accept the token of this airlock.',
    hint: () =>
      'Staff of the site make a new token for the airlock; whoever runs it puts it into the token file and restarts it.',
  },
  'upload-not-answered': {
    blame: 'platform',
    summary: 'The job server does not answer, or not well.',
    message: (v) => `The job server did not take the files (${v.reason}).`,
    hint: () => again,
  },
  'upload-not-understood': {
    blame: 'platform',
    summary: 'What answers for the job server does not speak as it should.',
    message: (v) => `The answer of the job server was not understood (${v.reason}).`,
    hint: () =>
      `${again} If it stays so, airlock and server are of different versions, or something in between answers.`,
  },
  'upload-incomplete': {
    blame: 'platform',
    summary: 'All bytes were sent, and the job server does not say that the release is complete.',
    message: () => 'All bytes were sent, but the release is not complete there.',
    hint: () => again,
  },
  'upload-held': {
    blame: 'platform',
    summary: 'A recall was asked for, and the job server did not confirm it.',
    message: (v) =>
      `Nothing more is sent; the job server did not confirm the recall (${v.reason}).`,
    hint: () =>
      'Recall again when the job server answers, or try the upload again if the files are to leave after all.',
  },
  'upload-failed': {
    blame: 'platform',
    summary: 'Something went wrong in the airlock while it sent files.',
    message: () => 'Something went wrong on our side.',
    hint: () => `${again} If it stays so, whoever runs this airlock finds the reason in its log.`,
  },
  'upload-over': {
    blame: 'user',
    summary: 'There is nothing to be sent of the release request.',
    message: (v) => `Nothing of the request ${v.id} is on its way.`,
    hint: () => 'Load the page again to see where the request stands.',
  },
  'recall-too-late': {
    blame: 'user',
    summary: 'The files had left before the request was recalled.',
    message: (v) => `The files of ${v.id} had already left.`,
    hint: () => 'Have them taken back on the page of the release on the site, and say why.',
  },
};

/** Faults of uploads. */
export const uploadFaults: Faults<Kinds> = defineFaults<Kinds>(kinds);
