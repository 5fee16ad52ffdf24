/** The faults of the road of one action: its workspace, its run, its outputs. */
import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';

/** The values that the texts of each fault need. */
type Values = {
  readonly 'project-not-found': { readonly folder: string };
  readonly 'workspace-busy': {
    readonly folder: string;
    readonly pid: number;
    readonly since: string;
  };
  readonly 'manifest-unreadable': { readonly file: string; readonly reason: string };
  readonly 'commit-not-found': { readonly commit: string; readonly reason: string };
  readonly 'code-too-large': { readonly commit: string; readonly reason: string };
  readonly 'link-omitted': { readonly path: string; readonly target: string };
  readonly 'code-omitted': { readonly path: string; readonly reason: string };
  readonly 'input-missing': { readonly path: string; readonly action: string };
  readonly 'input-not-recorded': { readonly action: string };
  readonly 'folder-is-link': { readonly path: string };
  readonly 'output-refused': { readonly path: string; readonly reason: string };
  readonly 'output-stricter': {
    readonly path: string;
    readonly level: string;
    readonly reason: string;
  };
  readonly 'output-is-folder': { readonly path: string };
  readonly 'output-kept': { readonly path: string; readonly action: string };
  readonly 'leftover-cleaned': { readonly action: string };
  readonly 'reusable-bad-name': { readonly name: string };
  readonly 'reusable-not-configured': { readonly name: string; readonly runtimes: string };
  readonly 'reusable-not-found': {
    readonly name: string;
    readonly source: string;
    readonly reason: string;
  };
  readonly 'reusable-unknown-version': {
    readonly name: string;
    readonly version: string;
    readonly known: string;
  };
  readonly 'reusable-not-on-main': { readonly name: string; readonly version: string };
  readonly 'reusable-invalid': { readonly name: string; readonly reason: string };
  readonly 'storage-failed': { readonly reason: string };
  readonly 'action-not-started': { readonly reason: string };
  readonly 'action-interrupted': { readonly action: string };
};

type Kinds = { readonly [C in keyof Values]: FaultKind<Values[C]> };

const kinds: Kinds = {
  'project-not-found': {
    blame: 'user',
    summary: 'There is no project.yaml to run from.',
    message: (v) => `There is no project.yaml in ${v.folder}.`,
    hint: () => 'Go to the folder of the study, or name it with --project-dir.',
  },
  'workspace-busy': {
    blame: 'usage',
    summary: 'Two runs would write to the same workspace at one time.',
    message: (v) => `Another run (process ${v.pid}, since ${v.since}) is working in ${v.folder}.`,
    hint: () => 'Wait until it has finished, or stop it with Ctrl-C in its terminal.',
  },
  'manifest-unreadable': {
    blame: 'data',
    summary: 'A record of the workspace is not what we wrote.',
    message: (v) => `${v.file} cannot be read: ${v.reason}.`,
    hint: (v) =>
      `Restore it from a backup, or move ${v.file} away: the actions then count as never run.`,
  },
  'commit-not-found': {
    blame: 'user',
    summary: 'The commit to run is not in the repository.',
    message: (v) => `Commit ${v.commit} cannot be read from the repository: ${v.reason}.`,
    hint: () => 'Push the commit and give its full 40-character hash.',
  },
  'code-too-large': {
    blame: 'user',
    summary: 'The code of a study is larger than an action may write.',
    message: (v) => `The code of commit ${v.commit} is too large to run: ${v.reason}.`,
    hint: () => 'Keep data and outputs out of the repository; code is small.',
  },
  'link-omitted': {
    blame: 'user',
    severity: 'warning',
    summary: 'A symbolic link of the study leads out of it.',
    message: (v) =>
      `The link ${v.path} leads to ${v.target}, which is not part of the study's code; it is left out.`,
    hint: () => 'Put the file itself into the study, or make the link relative and keep it inside.',
  },
  'code-omitted': {
    blame: 'user',
    severity: 'warning',
    summary: 'Something in the study folder is not a file that can be copied.',
    message: (v) => `${v.path} is left out: ${v.reason}.`,
    hint: () => 'Keep plain files with UTF-8 names in the study.',
  },
  'input-missing': {
    blame: 'data',
    summary: 'An output of a needed action is recorded, but the file is gone.',
    message: (v) => `${v.path}, an output of ${v.action}, is not there any more.`,
    hint: (v) => `Run ${v.action} again.`,
  },
  'input-not-recorded': {
    blame: 'data',
    summary: 'A needed action has no recorded outputs.',
    message: (v) => `The needed action ${v.action} has no recorded outputs.`,
    hint: (v) => `Run ${v.action} first.`,
  },
  'folder-is-link': {
    blame: 'user',
    summary: 'A folder that outputs go to is a symbolic link or a file.',
    message: (v) =>
      `${v.path} is where outputs go, but it is not a folder of the workspace itself.`,
    hint: (v) => `Make ${v.path} a real folder; links are never followed.`,
  },
  'output-refused': {
    blame: 'user',
    severity: 'warning',
    summary: 'A file matches an output pattern but may not be collected.',
    message: (v) => `${v.path} is not collected: ${v.reason}.`,
    hint: () => 'Write the output as a new regular file inside the workspace.',
  },
  'output-stricter': {
    blame: 'user',
    severity: 'warning',
    summary: 'A file is labelled more strictly than its pattern says.',
    message: (v) => `${v.path} is kept as ${v.level}: ${v.reason}.`,
    hint: () =>
      'Declare the output at the stricter level, or write what may be seen to a new file.',
  },
  'output-is-folder': {
    blame: 'user',
    summary: 'An output has the name of a folder in the workspace.',
    message: (v) => `${v.path} is an output, but there is a folder of that name.`,
    hint: (v) => `Rename the output, or remove the folder ${v.path}.`,
  },
  'output-kept': {
    blame: 'user',
    severity: 'warning',
    summary: 'A former output was changed by hand, so it is not removed.',
    message: (v) =>
      `${v.path} is no longer an output of ${v.action}, but was changed since, so it stays.`,
    hint: (v) => `Remove ${v.path} yourself if you do not need it.`,
  },
  'leftover-cleaned': {
    blame: 'platform',
    severity: 'warning',
    summary: 'An earlier run ended without cleaning up; we did it now.',
    message: (v) =>
      `An earlier run of ${v.action} was cut off; it counts as cancelled and its traces are removed.`,
    hint: () => 'Nothing needs to be done.',
  },
  'reusable-bad-name': {
    blame: 'user',
    summary: 'The image of a run command cannot be the name of a runtime or a reusable action.',
    message: (v) => `${v.name} is neither a runtime nor a possible action name.`,
    hint: () => 'Names have letters, digits, dots, underscores and hyphens only.',
  },
  'reusable-not-configured': {
    blame: 'usage',
    summary: 'A reusable action is used, but it is not said where those come from.',
    message: (v) =>
      `${v.name} is not a runtime (${v.runtimes}), and no source of reusable actions is configured.`,
    hint: () => 'Check the spelling, or configure the organisation or folder of reusable actions.',
  },
  'reusable-not-found': {
    blame: 'user',
    summary: 'There is no repository of that name in the configured source of reusable actions.',
    message: (v) => `The reusable action ${v.name} is not found in ${v.source}: ${v.reason}.`,
    hint: () => 'Check the spelling against the catalogue of reusable actions.',
  },
  'reusable-unknown-version': {
    blame: 'user',
    summary: 'The reusable action has no such version.',
    message: (v) => `The reusable action ${v.name} has no tag or branch ${v.version}.`,
    hint: (v) => (v.known === '' ? 'It has no tags at all.' : `Its tags are: ${v.known}.`),
  },
  'reusable-not-on-main': {
    blame: 'user',
    summary: 'The version of a reusable action was never merged to main, so nobody approved it.',
    message: (v) =>
      `Version ${v.version} of the reusable action ${v.name} is not merged to its main branch.`,
    hint: () => 'Use a version that is merged, or ask the author to merge it.',
  },
  'reusable-invalid': {
    blame: 'data',
    summary: 'The action.yaml of a reusable action is missing or wrong.',
    message: (v) => `The reusable action ${v.name} cannot be used: ${v.reason}.`,
    hint: (v) => `Report it to the author of ${v.name}.`,
  },
  'storage-failed': {
    blame: 'platform',
    summary: 'The machine could not read or write what a run needs.',
    message: (v) => `The machine did not let us go on: ${v.reason}.`,
    hint: () =>
      'Look whether the disk is full and the study folder may be written to; then run it again.',
  },
  'action-not-started': {
    blame: 'platform',
    summary: 'The program of an action could not be started at all.',
    message: (v) => `The action could not be started: ${v.reason}.`,
    hint: () => 'Run `vitrine doctor` to see what is missing on this machine.',
  },
  'action-interrupted': {
    blame: 'platform',
    summary: 'The program of an action was cut off: what watched over it died, or the machine did.',
    message: (v) => `The program of ${v.action} was cut off from outside before its end.`,
    hint: () => 'Its earlier outputs are as they were; run it again.',
  },
};

export const workspaceFaults: Faults<Kinds> = defineFaults<Kinds>(kinds);
