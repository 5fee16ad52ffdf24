/** What can go wrong while a study definition is executed and written down. */
import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';

interface RecordFaultKinds extends Record<string, FaultKind<never>> {
  readonly 'definition-missing': FaultKind<{ module: string }>;
  readonly 'definitions-missing': FaultKind<Record<never, never>>;
  readonly 'definition-without-study': FaultKind<{ module: string }>;
  readonly 'definition-malformed': FaultKind<{ module: string; problem: string }>;
  readonly 'definition-syntax': FaultKind<{ exception: string; message: string }>;
  readonly 'definition-raised': FaultKind<{ exception: string; message: string }>;
  readonly 'definition-exited': FaultKind<{ message: string }>;
  readonly 'definition-module-missing': FaultKind<{ missing: string }>;
  readonly 'definition-parameter-missing': FaultKind<{ parameter: string }>;
  readonly 'definition-file-missing': FaultKind<{ path: string }>;
  readonly 'definition-writes': FaultKind<{ message: string }>;
  readonly 'definition-function-unknown': FaultKind<{ message: string }>;
  readonly 'definition-arguments-wrong': FaultKind<{ message: string }>;
  readonly 'codelist-column-missing': FaultKind<{ message: string }>;
  readonly 'codelist-empty': FaultKind<{ message: string }>;
  readonly 'codelist-categories-wrong': FaultKind<{ message: string }>;
  readonly 'codelist-systems-differ': FaultKind<{ message: string }>;
  readonly 'codelist-not-utf8': FaultKind<{ subject: string; message: string }>;
  readonly 'recording-time-limit': FaultKind<{ seconds: number; log: string }>;
  readonly 'recording-memory-limit': FaultKind<{ megabytes: number }>;
  readonly 'recording-too-large': FaultKind<{ megabytes: number }>;
  readonly 'recording-ended-early': FaultKind<{ exitCode: number; log: string }>;
  readonly 'recording-unreadable': FaultKind<{ problem: string }>;
}

export const recordFaults: Faults<RecordFaultKinds> = defineFaults<RecordFaultKinds>({
  'definition-missing': {
    blame: 'user',
    summary: 'A study definition was asked for that is not in the study.',
    message: ({ module }) => `There is no study definition named ${module}.`,
    hint: ({ module }) =>
      `Check the name: it is that of a file in analysis/ without its ending, so this one would be analysis/${module.replaceAll('.', '/')}.py.`,
  },
  'definitions-missing': {
    blame: 'user',
    summary: 'The study has no study definitions.',
    message: () => 'There are no study definitions in analysis/.',
    hint: () =>
      'Write one in analysis/study_definition.py, or run the command from the folder that holds analysis/.',
  },
  'definition-without-study': {
    blame: 'user',
    summary: 'A study definition does not define `study`.',
    message: ({ module }) => `${module} does not define "study".`,
    hint: () => 'Assign the definition to that name: study = StudyDefinition(...).',
  },
  'definition-malformed': {
    blame: 'user',
    summary: '`study` or `measures` of a study definition is something else than it should be.',
    message: ({ module, problem }) => `In ${module}, ${problem}.`,
    hint: () => 'Write study = StudyDefinition(...) and measures = [Measure(...), ...].',
  },
  'definition-syntax': {
    blame: 'user',
    summary: 'A Python file of the study is not valid Python.',
    message: ({ message }) => `This is not valid Python: ${sentence(message)}`,
    hint: () =>
      'Correct the line; the fault can also be an unclosed bracket or quote on a line above it.',
  },
  'definition-raised': {
    blame: 'user',
    summary: 'The study’s own Python raised an exception while the definition was loaded.',
    message: ({ exception, message }) =>
      message === ''
        ? `Python raised ${exception}.`
        : `Python raised ${exception}: ${sentence(message)}`,
    hint: () => 'The line shown is the study’s own; what it calls or reads is at fault.',
  },
  'definition-exited': {
    blame: 'user',
    summary: 'The study’s own Python ended the program while the definition was loaded.',
    message: ({ message }) =>
      `The definition ended the program (exit ${message === '' ? '0' : message}) instead of defining a study.`,
    hint: () => 'Remove the call of exit() or sys.exit() from what is imported.',
  },
  'definition-module-missing': {
    blame: 'user',
    summary: 'The study imports a Python module that is not there.',
    message: ({ missing }) => `There is no Python module named ${missing}.`,
    hint: () =>
      'A definition can import files from analysis/ and the root of the study, the standard library, and the packages of the runtime (numpy, pandas, scipy and matplotlib among them; "vitrine doctor" lists what is missing on this machine).',
  },
  'definition-parameter-missing': {
    blame: 'user',
    summary: 'The definition reads a parameter that the command line does not give.',
    message: ({ parameter }) => `The definition reads the parameter "${parameter}".`,
    hint: ({ parameter }) =>
      `Add --param ${parameter}=VALUE to the command, in project.yaml as well.`,
  },
  'definition-file-missing': {
    blame: 'user',
    summary: 'The definition reads a file that is not there.',
    message: ({ path }) => `There is no file ${path}.`,
    hint: ({ path }) =>
      path.startsWith('codelists/')
        ? 'Add the codelist to codelists/codelists.txt and run: opensafely codelists update'
        : 'Paths start at the root of the study. A file that another action makes is there once that action has run and is named in "needs".',
  },
  'definition-writes': {
    blame: 'user',
    summary: 'The definition tries to write where it may not.',
    message: ({ message }) => `The definition tries to write: ${message}.`,
    hint: () =>
      'Definitions are loaded with the study read-only; move what writes files into an action of its own.',
  },
  'definition-function-unknown': {
    blame: 'user',
    summary: 'The definition uses a function that the study language does not have.',
    message: ({ message }) => `Unknown name: ${sentence(message)}`,
    hint: () => 'Check the spelling against the reference of the study language.',
  },
  'definition-arguments-wrong': {
    blame: 'user',
    summary: 'A function of the study language was called with arguments that it does not take.',
    message: ({ message }) => `Wrong arguments: ${sentence(message)}`,
    hint: () => 'Check the names of the arguments against the reference of the study language.',
  },
  'codelist-column-missing': {
    blame: 'user',
    summary: 'A codelist file lacks the column that was asked for.',
    message: ({ message }) => `The codelist cannot be read: ${message}.`,
    hint: () =>
      'Name one of the columns of the file with column="..." (and category_column="...").',
  },
  'codelist-empty': {
    blame: 'user',
    summary: 'A codelist has no codes.',
    message: ({ message }) => `The codelist cannot be used: ${message}.`,
    hint: () => 'A codelist needs at least one code.',
  },
  'codelist-categories-wrong': {
    blame: 'user',
    summary: 'The categories of a codelist are missing or contradict each other.',
    message: ({ message }) => `The codelist cannot be used: ${message}.`,
    hint: () =>
      'Give each code one category, with category_column="..." or as (code, category) pairs, or give none.',
  },
  'codelist-systems-differ': {
    blame: 'user',
    summary: 'Codelists of different coding systems were combined.',
    message: ({ message }) => `The codelists cannot be used together: ${message}.`,
    hint: () => 'Combine codelists of one coding system only; use one column for each system.',
  },
  'codelist-not-utf8': {
    blame: 'user',
    summary: 'A file that the definition reads is not UTF-8 text.',
    message: ({ subject, message }) => `${subject} is not written in UTF-8: ${message}.`,
    hint: () => 'Save the file with UTF-8 encoding; spreadsheets call it “CSV UTF-8”.',
  },
  'recording-time-limit': {
    blame: 'user',
    summary: 'Loading the study definitions took longer than allowed.',
    message: ({ seconds, log }) =>
      `The study definitions were still loading after ${seconds} seconds.${lastWords(log)}`,
    hint: () =>
      'A definition should only define: look for endless loops, input() and heavy computing in what it imports.',
  },
  'recording-memory-limit': {
    blame: 'user',
    summary: 'Loading the study definitions took more memory than allowed.',
    message: ({ megabytes }) =>
      `Loading the study definitions took more than ${megabytes} MiB of memory.`,
    hint: () => 'A definition should only define: move work on data into an action of its own.',
  },
  'recording-too-large': {
    blame: 'user',
    summary: 'What the study definitions define is larger than allowed.',
    message: ({ megabytes }) => `The study definitions come to more than ${megabytes} MiB.`,
    hint: () => 'Use fewer or shorter codelists, or several definitions.',
  },
  'recording-ended-early': {
    blame: 'platform',
    summary: 'The recorder ended without writing down what the definitions define.',
    message: ({ exitCode, log }) =>
      `The recorder of study definitions ended with code ${exitCode} and left nothing.${lastWords(log)}`,
    hint: () =>
      'Try it again, and run "vitrine doctor"; a definition that calls os._exit() or crashes Python does this too.',
  },
  'recording-unreadable': {
    blame: 'platform',
    summary: 'What the recorder wrote is not in the form that is expected.',
    message: ({ problem }) => `The recorder of study definitions wrote something odd: ${problem}.`,
    hint: () => 'This is a fault of Vitrine: please report it with the definition.',
  },
});

function sentence(message: string): string {
  return /[.?!]$/.test(message) ? message : `${message}.`;
}

function lastWords(log: string): string {
  const line = log.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return line === '' ? '' : ` The last line printed is: ${line}`;
}
