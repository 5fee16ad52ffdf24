import { defineFaults, type Faults } from './fault.ts';
import { level4FileTypes, privacyLevels } from './privacy-level.ts';
import { LATEST_VERSION } from './rules/versions.ts';

const quoted = (name: string): string => `"${name}"`;
const list = (names: readonly string[]): string => names.join(', ');
const someOf = (names: readonly string[]): string =>
  names.length <= 30 ? list(names) : `${list(names.slice(0, 30))} and ${names.length - 30} more`;
const meant = (name: string | undefined, otherwise: string): string =>
  name === undefined ? otherwise : `Did you mean "${name}"?`;

const kinds = {
  // The text.

  'yaml-syntax': {
    blame: 'user',
    summary: 'The file is not valid YAML.',
    message: ({ problem }: { problem: string }) => `The file is not valid YAML: ${problem}.`,
    hint: ({ advice }: { advice: string }): string => advice,
  },
  'yaml-duplicate-key': {
    blame: 'user',
    summary: 'One section has the same key twice.',
    message: ({ key, line }: { key: string; line: number }) =>
      `The key "${key}" already stands in this section, in line ${line}.`,
    hint: () => 'Rename or remove one of the two.',
  },
  'yaml-several-documents': {
    blame: 'user',
    summary: 'The file holds more than one YAML document.',
    message: () => 'A second YAML document begins here; a project is one document.',
    hint: () => 'Remove this line of dashes, and what follows it if it is not part of the project.',
  },
  'yaml-key': {
    blame: 'user',
    summary: 'A key is a list or a mapping.',
    message: () => 'A key must be a name, but this one is a list or a mapping.',
    hint: () =>
      'If this is a placeholder such as {{ name }}, replace it: placeholders are not filled in.',
  },
  'yaml-merge': {
    blame: 'user',
    summary: 'A merge key (<<) is given something other than a mapping.',
    message: () => 'Only a mapping, or a list of mappings, can be merged with "<<".',
    hint: () => 'Give the alias of a mapping, for example "<<: *defaults".',
  },
  'yaml-merge-conflict': {
    blame: 'user',
    summary: 'The file has marks of a git merge that was not finished.',
    message: () => 'The file holds an unresolved git merge conflict.',
    hint: () => 'Keep one of the two versions and remove the lines of <, = and > signs.',
  },
  'yaml-alias': {
    blame: 'user',
    summary: 'A value begins with * and so refers to an anchor that does not exist.',
    message: ({ name }: { name: string }) =>
      `"*${name}" refers to an anchor "&${name}" that does not exist above this line.`,
    hint: () => 'If it is a pattern that begins with a star, put it in quotes.',
  },
  'yaml-tag': {
    blame: 'user',
    summary: 'A value has a YAML tag that a project cannot use.',
    message: ({ tag }: { tag: string }) => `The tag ${quoted(tag)} has no meaning in a project.`,
    hint: () => 'Remove the tag; if the value begins with "!", put it in quotes.',
  },
  'yaml-control-character': {
    blame: 'user',
    summary: 'The file contains an invisible control character.',
    message: ({ character }: { character: string }) =>
      `The file contains the control character U+${hex(character)}, which YAML does not allow.`,
    hint: () => 'Delete it; if there are many, save the file as UTF-8 text.',
  },
  'yaml-too-long': {
    blame: 'user',
    summary: 'The file is longer than the limit.',
    message: ({ limit }: { limit: number }) => `The file is longer than ${limit} characters.`,
    hint: () => 'Split the study, or have one action do the work of several.',
  },
  'yaml-too-deep': {
    blame: 'user',
    summary: 'Sections lie in one another more deeply than the limit.',
    message: ({ limit }: { limit: number }) =>
      `Sections lie in one another more than ${limit} deep.`,
    hint: () => 'Make the configuration flatter, or keep it in a file of the study.',
  },
  'yaml-too-many-nodes': {
    blame: 'user',
    summary: 'The file has more values than the limit, counting what aliases repeat.',
    message: ({ limit }: { limit: number }) =>
      `The file has more than ${limit} values, counting each use of an alias.`,
    hint: () => 'Use fewer aliases of large sections.',
  },

  'faults-omitted': {
    blame: 'user',
    severity: 'warning',
    summary: 'There are more faults than are shown.',
    message: ({ count }: { count: number }) => `There are ${count} more faults.`,
    hint: () => 'Mend those that are shown, then check again.',
  },

  // The project.

  'project-empty': {
    blame: 'user',
    summary: 'The file is empty.',
    message: () => 'The project file is empty.',
    hint: () => `Begin with "version: ${LATEST_VERSION}" and "actions:".`,
  },
  'project-not-mapping': {
    blame: 'user',
    summary: 'The file is a list or a single value rather than keys and values.',
    message: () => 'A project must be keys and values, but the file is something else.',
    hint: () => `Begin with "version: ${LATEST_VERSION}" and "actions:", without dashes.`,
  },
  'key-unknown': {
    blame: 'user',
    summary: 'A section has a key that it cannot have.',
    message: ({ key, section }: { key: string; section: string }) =>
      `${quoted(key)} is not a key that ${section} can have.`,
    hint: (values: {
      allowed: readonly string[];
      meant: string | undefined;
      isAction: boolean;
    }): string =>
      values.isAction
        ? 'It looks like an action: indent it as far as the other actions.'
        : meant(values.meant, `Allowed here: ${list(values.allowed)}.`),
  },
  'version-missing': {
    blame: 'user',
    summary: 'The project does not say which version of the rules it follows.',
    message: () => 'The project has no version.',
    hint: () => `Add "version: ${LATEST_VERSION}", the latest, as the first line.`,
  },
  'version-not-number': {
    blame: 'user',
    summary: 'The version is not a number.',
    message: () => `The version must be a number between 1 and ${LATEST_VERSION}.`,
    hint: () => `Write "version: ${LATEST_VERSION}" for a new project.`,
  },
  'version-too-new': {
    blame: 'user',
    summary: 'The version is above the latest one.',
    message: ({ version }: { version: number }) =>
      `There is no version ${version}; the latest is ${LATEST_VERSION}.`,
    hint: () => `Write "version: ${LATEST_VERSION}".`,
  },
  'version-old': {
    blame: 'user',
    severity: 'warning',
    summary: 'The project follows the rules of an older version.',
    message: ({ version }: { version: number }) =>
      `The project uses the old version ${version}; the latest is ${LATEST_VERSION}.`,
    hint: () => `It still runs; consider moving to version ${LATEST_VERSION}.`,
  },
  'expectations-missing': {
    blame: 'user',
    summary: 'A project of version 3 has no expectations section.',
    message: () => 'A project of version 3 must have an expectations section.',
    hint: () => 'Add "expectations:" with "population_size: 1000" below it.',
  },
  'expectations-not-mapping': {
    blame: 'user',
    summary: 'The expectations section is not keys and values.',
    message: () => 'The expectations must be keys and values.',
    hint: () => 'Write "population_size: 1000" below "expectations:".',
  },
  'expectations-not-allowed': {
    blame: 'user',
    summary: 'A project of version 4 or later has an expectations section.',
    message: () => 'From version 4 on a project has no expectations.',
    hint: () => 'Remove the section; it only mattered to cohortextractor.',
  },
  'population-missing': {
    blame: 'user',
    summary: 'The expectations do not give a population size.',
    message: () => 'The expectations must have a population_size.',
    hint: () => 'Write "population_size: 1000" below "expectations:".',
  },
  'population-not-number': {
    blame: 'user',
    summary: 'The population size is not a whole number.',
    message: () => 'The population_size must be a whole number.',
    hint: () => 'Write for example "population_size: 1000".',
  },
  'population-empty': {
    blame: 'user',
    severity: 'warning',
    summary: 'The population size leaves dummy data without patients.',
    message: ({ number }: { number: number }) =>
      `With a population_size of ${number}, dummy data has no patients.`,
    hint: () => 'Write for example "population_size: 1000".',
  },
  'actions-not-mapping': {
    blame: 'user',
    summary: 'The project has no actions section, or it is not names with their actions.',
    message: () => 'The project must have actions, each under its name.',
    hint: () =>
      'Write "actions:" and below it, indented, the name of each action followed by a colon.',
  },
  'actions-too-many': {
    blame: 'user',
    summary: 'The project has more actions than the limit.',
    message: ({ found, maxActions }: { found: number; maxActions: number }) =>
      `The project has ${found} actions; at most ${maxActions} are allowed.`,
    hint: () => 'Split the study, or have one action do the work of several.',
  },

  // One action.

  'action-name-unsafe': {
    blame: 'user',
    summary: 'An action has a name that cannot be the name of its log file.',
    message: ({ name, problem }: { name: string; problem: string }) =>
      `${JSON.stringify(name)} cannot be the name of an action: ${problem}.`,
    hint: () =>
      'Use letters, digits, "_", "-" and "." within the name: the log file is called after it.',
  },
  'action-name-reserved': {
    blame: 'user',
    summary: 'An action is called run_all, which means every action.',
    message: () => 'No action may be called "run_all": it is the request to run every action.',
    hint: () => 'Rename or remove it; "run_all" can be requested without it.',
  },
  'action-name-ignored': {
    blame: 'user',
    severity: 'warning',
    summary: 'An action of an old project is called run_all and cannot be requested.',
    message: () => 'This action cannot be requested: "run_all" means every action.',
    hint: () => 'Rename or remove it; from version 5 on it is an error.',
  },
  'action-not-mapping': {
    blame: 'user',
    summary: 'An action is not keys and values.',
    message: ({ action }: { action: string }) =>
      `The action ${quoted(action)} must be keys and values.`,
    hint: () => 'Below its name, indented, write "run:" and "outputs:".',
  },
  'action-key-missing': {
    blame: 'user',
    summary: 'An action has no run or no outputs.',
    message: ({ action, key }: { action: string; key: string }) =>
      `The action ${quoted(action)} has no ${quoted(key)}.`,
    hint: ({ key }: { key: string }): string =>
      key === 'run'
        ? 'Add the command to run, for example "run: r:v2 analysis/tables.R".'
        : 'Add the files that it makes, each with a label, below a privacy level.',
  },
  'run-not-text': {
    blame: 'user',
    summary: 'A run section is not text.',
    message: ({ action }: { action: string }) =>
      `The command that ${quoted(action)} runs must be text in one piece.`,
    hint: () => 'Write it as one line, for example "run: r:v2 analysis/tables.R".',
  },
  'run-empty': {
    blame: 'user',
    summary: 'A run section is empty.',
    message: ({ action }: { action: string }) => `The action ${quoted(action)} runs nothing.`,
    hint: () => 'Write an image and its arguments, for example "run: r:v2 analysis/tables.R".',
  },
  'run-quoting': {
    blame: 'user',
    summary: 'A command has a quote that is not closed, or ends with a backslash.',
    message: ({ action, reason }: { action: string; reason: 'quote' | 'escape' }): string =>
      reason === 'quote'
        ? `The command of ${quoted(action)} has a quote that is not closed.`
        : `The command of ${quoted(action)} ends with a backslash.`,
    hint: ({ reason, rest }: { reason: 'quote' | 'escape'; rest: string }): string =>
      reason === 'quote'
        ? `Close the quote that begins at ${rest.slice(0, 20)} – or put it in other quotes if it is an apostrophe.`
        : 'Remove the backslash, or double it if it is meant.',
  },
  'run-repeated': {
    blame: 'user',
    summary: 'Two actions run the same command.',
    message: ({ action, other }: { action: string; other: string }) =>
      `${quoted(action)} runs the very same command as ${quoted(other)}.`,
    hint: () => 'Remove one of them, or give each an argument that tells them apart.',
  },
  'image-name': {
    blame: 'user',
    summary: 'A command does not begin with the name of an image or reusable action.',
    message: ({ action, name }: { action: string; name: string }) =>
      `${JSON.stringify(name)}, with which the command of ${quoted(action)} begins, cannot be an image or reusable action.`,
    hint: () => 'Begin with a name and version such as "r:v2", "python:v2" or "ehrql:v1".',
  },
  'image-tag': {
    blame: 'user',
    summary: 'A command does not say which version of its image it needs.',
    message: ({ action, name, tag }: { action: string; name: string; tag: string }): string =>
      tag === ''
        ? `The command of ${quoted(action)} does not say which version of ${quoted(name)} it needs.`
        : `${quoted(tag)} in the command of ${quoted(action)} is not a version of an image.`,
    hint: ({ name }: { name: string }) => `Write the version as :vN, for example "${name}:v2".`,
  },
  'image-cohortextractor': {
    blame: 'user',
    summary: 'A project of version 4 or later uses cohortextractor.',
    message: ({ action }: { action: string }) =>
      `${quoted(action)} uses cohortextractor, which ends with version 3.`,
    hint: () => 'Write "version: 3" with expectations to keep it, or move the definition to ehrQL.',
  },
  'image-latest': {
    blame: 'user',
    summary: 'A project of version 5 uses the tag latest.',
    message: ({ action, name }: { action: string; name: string }) =>
      `${quoted(action)} uses "${name}:latest"; from version 5 on a version must be given.`,
    hint: ({ name }: { name: string }) =>
      `Write "${name}:v1", which is what latest has always meant, or a later version.`,
  },
  'needs-not-list': {
    blame: 'user',
    summary: 'A needs section is not a list.',
    message: ({ action }: { action: string }) => `The needs of ${quoted(action)} must be a list.`,
    hint: () => 'Write the names in brackets, separated by commas: [first, second].',
  },
  'need-not-text': {
    blame: 'user',
    summary: 'A need is not the name of an action.',
    message: ({ action, written }: { action: string; written: string }): string =>
      written === ''
        ? `${quoted(action)} needs something that is not a name.`
        : `${quoted(action)} needs ${written}, which YAML does not read as a name.`,
    hint: () => 'Write the name of an action, in quotes if it looks like a number.',
  },
  'need-with-space': {
    blame: 'user',
    summary: 'A need contains a space, most often because a comma is missing.',
    message: ({ action, need }: { action: string; need: string }) =>
      `${quoted(action)} needs "${need}", but the names of needs have no spaces.`,
    hint: () => 'Separate the names with commas.',
  },
  'need-unknown': {
    blame: 'user',
    summary: 'An action needs one that does not exist.',
    message: ({ action, need }: { action: string; need: string }) =>
      `${quoted(action)} needs "${need}", but there is no action of that name.`,
    hint: (values: { meant: string | undefined }): string =>
      meant(values.meant, 'Add the action, or remove it from the needs.'),
  },
  'needs-cycle': {
    blame: 'user',
    summary: 'Actions need one another in a circle, so that none can begin.',
    message: ({ cycle }: { cycle: readonly string[] }): string =>
      cycle.length === 2
        ? `${quoted(cycle[0] ?? '')} needs itself, so it can never begin.`
        : `These actions need one another in a circle, so none can begin: ${cycle.join(' → ')}.`,
    hint: () => 'Remove the need that is not real.',
  },
  'config-not-mapping': {
    blame: 'user',
    summary: 'A config section is not keys and values.',
    message: ({ action }: { action: string }) =>
      `The config of ${quoted(action)} must be keys and values.`,
    hint: () => 'Write "key: value" lines below "config:".',
  },
  'dummy-data-file-not-text': {
    blame: 'user',
    summary: 'A dummy_data_file is not a path.',
    message: ({ action }: { action: string }) =>
      `The dummy_data_file of ${quoted(action)} must be one path.`,
    hint: () => 'Write for example "dummy_data_file: test/dummy.csv".',
  },

  // Outputs.

  'outputs-not-mapping': {
    blame: 'user',
    summary: 'An outputs section is not keys and values.',
    message: ({ action }: { action: string }) =>
      `The outputs of ${quoted(action)} must be privacy levels with labelled files below them.`,
    hint: () => `Below "outputs:" write one of ${list(privacyLevels)}, and below it "label: path".`,
  },
  'outputs-empty': {
    blame: 'user',
    summary: 'An action has no outputs.',
    message: ({ action }: { action: string }) => `The action ${quoted(action)} has no outputs.`,
    hint: () => `Give at least one of ${list(privacyLevels)}.`,
  },
  'level-not-mapping': {
    blame: 'user',
    summary: 'A privacy level does not hold labelled files.',
    message: ({ action, level }: { action: string; level: string }) =>
      `The ${level} outputs of ${quoted(action)} must be labels with paths.`,
    hint: ({ level }: { level: string }) => `Below "${level}:" write "label: path" for each file.`,
  },
  'output-not-text': {
    blame: 'user',
    summary: 'An output is not a path.',
    message: ({ action, label }: { action: string; label: string }) =>
      `The output "${label}" of ${quoted(action)} must be one path.`,
    hint: () => 'Give every path its own label.',
  },
  'output-backslash': {
    blame: 'user',
    summary: 'An output path contains a backslash.',
    message: ({ pattern }: { pattern: string }) => `The path "${pattern}" contains a backslash.`,
    hint: () => 'Separate folders with forward slashes.',
  },
  'output-control-character': {
    blame: 'user',
    summary: 'An output path contains a line break or another control character.',
    message: ({ pattern }: { pattern: string }) =>
      `The path ${JSON.stringify(pattern)} contains a line break or another control character.`,
    hint: () => 'Write the path in one line.',
  },
  'output-wildcard': {
    blame: 'user',
    summary: 'An output path uses a wildcard other than a single star.',
    message: ({ pattern, wildcard }: { pattern: string; wildcard: string }) =>
      `The path "${pattern}" contains "${wildcard}"; only a single * is a wildcard.`,
    hint: () => 'Use * for any characters within one name, and list folders one by one.',
  },
  'output-absolute': {
    blame: 'user',
    summary: 'An output path is absolute.',
    message: ({ pattern }: { pattern: string }) => `The path "${pattern}" is absolute.`,
    hint: () => 'Write it from the folder of the study, for example "output/table.csv".',
  },
  'output-parent': {
    blame: 'user',
    summary: 'An output path goes up with "..".',
    message: ({ pattern }: { pattern: string }) => `The path "${pattern}" contains "..".`,
    hint: () => 'Outputs lie inside the study: write the path from its folder, without "..".',
  },
  'output-not-normal': {
    blame: 'user',
    summary: 'An output path contains "//", "/./" or a slash at its end.',
    message: ({ pattern }: { pattern: string }) =>
      `The path "${pattern}" is not in its shortest form.`,
    hint: ({ normal }: { normal: string }) => `Write "${normal}".`,
  },
  'output-reserved': {
    blame: 'user',
    summary: 'An output lies where logs, git or the study’s own settings are kept.',
    message: ({ pattern, keeper }: { pattern: string; keeper: string }) =>
      `The path "${pattern}" is refused: no output may stand ${keeper}.`,
    hint: () => 'Write the file to another folder, for example "output".',
  },
  'output-extension': {
    blame: 'user',
    summary: 'An output path does not end with a file extension.',
    message: ({ pattern }: { pattern: string }) =>
      `The path "${pattern}" does not end with a file extension.`,
    hint: ({ example }: { example: string }) =>
      `Write for example "${example}", and one path for each type of file.`,
  },
  'output-type': {
    blame: 'user',
    summary: 'A moderately sensitive output is of a type that cannot be looked at.',
    message: ({ pattern, type }: { pattern: string; type: string }) =>
      `"${pattern}" cannot be moderately_sensitive, because nobody can review .${type} files.`,
    hint: ({ advice }: { advice: string }) => `Allowed are ${list(level4FileTypes)}: ${advice}.`,
  },
  'output-repeated': {
    blame: 'user',
    summary: 'The same output stands twice in the project.',
    message: ({ pattern, action, line }: { pattern: string; action: string; line: number }) =>
      `The output "${pattern}" already belongs to ${quoted(action)}, in line ${line}.`,
    hint: () => 'Have each action write files of its own.',
  },
  'output-levels-contradict': {
    blame: 'user',
    summary: 'An action gives the same files two privacy levels.',
    message: (values: {
      pattern: string;
      level: string;
      other: string;
      otherLevel: string;
      line: number;
    }) =>
      `"${values.pattern}" is ${values.level}, but "${values.other}" in line ${values.line} makes the same files ${values.otherLevel}.`,
    hint: () => 'Choose names or folders so that no file belongs to two levels.',
  },
  'output-levels-overlap': {
    blame: 'user',
    severity: 'warning',
    summary: 'A file could belong to two outputs of different privacy levels.',
    message: (values: {
      pattern: string;
      level: string;
      other: string;
      otherLevel: string;
      otherAction: string;
      line: number;
      more: number;
    }) =>
      `A file could be ${values.level} by "${values.pattern}" and ${values.otherLevel} by "${values.other}" of ${quoted(values.otherAction)} in line ${values.line}${values.more > 0 ? ` (and ${values.more} more)` : ''}.`,
    hint: () =>
      'The stricter level counts for such a file; choose names or folders that keep them apart.',
  },

  'output-levels-unchecked': {
    blame: 'user',
    severity: 'warning',
    summary: 'There are too many patterns to compare the privacy levels of all.',
    message: () =>
      'There are too many patterns with "*" to find all whose privacy levels conflict.',
    hint: () => 'Give different actions different folders. The stricter level counts in any case.',
  },

  // What some images ask of their outputs.

  'cohort-levels': {
    blame: 'user',
    summary: 'A generate_cohort action has outputs of several privacy levels.',
    message: ({ action, levels }: { action: string; levels: number }) =>
      `${quoted(action)} generates a cohort and so must have one privacy level, not ${levels}.`,
    hint: () => 'List all of its outputs under highly_sensitive.',
  },
  'cohort-directories': {
    blame: 'user',
    summary: 'A generate_cohort action has outputs in none or several folders.',
    message: ({
      action,
      directories,
    }: {
      action: string;
      directories: readonly string[];
    }): string =>
      directories.length === 0
        ? `${quoted(action)} generates a cohort, but no file is listed.`
        : `${quoted(action)} generates a cohort into one folder, but its outputs name ${list(directories)}.`,
    hint: () => 'Let all of its outputs name one folder, or add --output-dir to the command.',
  },
  'dataset-level': {
    blame: 'user',
    summary: 'A generate-dataset action has an output that is not highly sensitive.',
    message: ({ action, pattern, level }: { action: string; pattern: string; level: string }) =>
      `${quoted(action)} generates a dataset of patients, so "${pattern}" cannot be ${level}.`,
    hint: () => 'List it under highly_sensitive.',
  },
  'dataset-output-missing': {
    blame: 'user',
    summary: 'A generate-dataset command does not say where to write.',
    message: ({ action }: { action: string }) =>
      `The command of ${quoted(action)} does not say where to write the dataset.`,
    hint: () => 'Add "--output" with the path that is listed under highly_sensitive.',
  },
  'dataset-output-mismatch': {
    blame: 'user',
    summary: 'A generate-dataset action lists other files than its command writes.',
    message: ({
      action,
      expected,
      patterns,
    }: {
      action: string;
      expected: string;
      patterns: readonly string[];
    }) =>
      `The command of ${quoted(action)} writes "${expected}", but its outputs list ${patterns.length === 0 ? 'nothing' : patterns.map(quoted).join(', ')}.`,
    hint: ({ expected }: { expected: string }) =>
      `List "${expected}" under highly_sensitive, or change --output.`,
  },

  // A request.

  'request-empty': {
    blame: 'user',
    summary: 'No action was requested.',
    message: () => 'No action was requested.',
    hint: ({ names }: { names: readonly string[] }) =>
      `Name run_all or at least one of: ${someOf(names)}.`,
  },
  'action-unknown': {
    blame: 'user',
    summary: 'An action was requested that the project does not have.',
    message: ({ name }: { name: string }) => `There is no action ${quoted(name)} in this project.`,
    hint: (values: { meant: string | undefined; names: readonly string[] }): string =>
      `${values.meant === undefined ? '' : `Did you mean "${values.meant}"? `}The project has: ${someOf(values.names)}.`,
  },
} as const;

/** Every fault that a project.yaml, or a request to run some of it, can have. */
export const faults: Faults<typeof kinds> = defineFaults(kinds);

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
}
