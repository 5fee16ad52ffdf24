/** The faults of released files and publications. */
import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';
import type { Statuses } from '@vitrine/platform';

type Values = {
  readonly 'publication-not-shown': { readonly publication: string };
  readonly 'publication-over': { readonly state: string };
  readonly 'publication-step-refused': { readonly step: string; readonly state: string };
  readonly 'publication-own': Record<never, never>;
  readonly 'publication-reason-missing': Record<never, never>;
  readonly 'publication-empty': Record<never, never>;
  readonly 'publication-too-large': { readonly count: number; readonly limit: number };
  readonly 'publication-file-unknown': { readonly count: number };
  readonly 'publication-path-twice': { readonly path: string };
  readonly 'publication-holds-nothing': Record<never, never>;
  readonly 'released-file-unknown': { readonly path: string };
  readonly 'released-file-taken-back': { readonly path: string };
};

type Code = keyof Values;
type Kinds = { readonly [C in Code]: FaultKind<Values[C]> };

const kinds: Kinds = {
  'publication-not-shown': {
    blame: 'user',
    summary: 'There is no such publication, or it is a draft that the one who asks may not see.',
    message: (v) => `There is no publication ${v.publication} that you may see.`,
    hint: () =>
      'If it is a draft, sign in as somebody with a role on its project; else check the address.',
  },
  'publication-over': {
    blame: 'user',
    summary: 'The files of a publication that was withdrawn or discarded are not shown.',
    message: (v) => `The publication has been ${v.state}; its files are not shown any more.`,
    hint: () => 'The page of the publication says when and why.',
  },
  'publication-step-refused': {
    blame: 'user',
    summary: 'A publication is not in the state that a step begins at.',
    message: (v) => `Its state is “${v.state}”; it cannot be changed by “${v.step}” any more.`,
    hint: () => 'Reload its page to see what has become of it; nothing has been changed.',
  },
  'publication-own': {
    blame: 'user',
    summary: 'Somebody wants to publish what they have prepared themselves.',
    message: () => 'You have prepared this publication; somebody else has to publish it.',
    hint: () => 'Ask another output publisher.',
  },
  'publication-reason-missing': {
    blame: 'user',
    summary: 'No reason was given for what needs one.',
    message: () => 'A reason is needed; it stays readable for everybody who could see the files.',
    hint: () => 'Say in a sentence why.',
  },
  'publication-empty': {
    blame: 'user',
    summary: 'A publication without files.',
    message: () => 'No files have been chosen.',
    hint: () => 'Choose at least one released file.',
  },
  'publication-too-large': {
    blame: 'user',
    summary: 'A publication with more files than one may have.',
    message: (v) => `${v.count} files have been chosen; a publication has at most ${v.limit}.`,
    hint: () => 'Make several publications, for example one a folder.',
  },
  'publication-file-unknown': {
    blame: 'user',
    summary: 'A file was chosen that is no released file of the workspace, or was taken back.',
    message: (v) =>
      v.count === 1
        ? 'One of the chosen files is no released file of this workspace any more.'
        : `${v.count} of the chosen files are no released files of this workspace any more.`,
    hint: () => 'Open the form again, which lists what there is now, and choose anew.',
  },
  'publication-path-twice': {
    blame: 'user',
    summary: 'Two versions of the same file were chosen.',
    message: (v) => `Two versions of ${v.path} have been chosen.`,
    hint: () => 'Choose one of them: each file of a publication has an address of its own.',
  },
  'publication-holds-nothing': {
    blame: 'user',
    summary: 'Every file of a draft has been taken back meanwhile.',
    message: () => 'All files of the draft have been taken back meanwhile.',
    hint: () => 'Discard the draft, and prepare another one.',
  },
  'released-file-unknown': {
    blame: 'user',
    summary: 'There is no such released file.',
    message: (v) => `There is no file ${v.path} here.`,
    hint: () => 'Look for it in the list of files; names tell capital and small letters apart.',
  },
  'released-file-taken-back': {
    blame: 'user',
    summary: 'A released file was taken back.',
    message: (v) => `The file ${v.path} has been taken back; it is not handed out any more.`,
    hint: () => 'Its page says when and why.',
  },
};

export const publicationFaults: Faults<Kinds> = defineFaults(kinds);

/** Their HTTP statuses, where 422 (or 503 for ours) would not do. */
export const publicationStatuses: Partial<Statuses<Code>> = {
  'publication-not-shown': 404,
  'publication-over': 410,
  'publication-step-refused': 409,
  'publication-own': 403,
  'released-file-unknown': 404,
  'released-file-taken-back': 410,
};
