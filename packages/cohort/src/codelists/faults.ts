import { defineFaults, type Faults } from '@vitrine/pipeline';

const kinds = {
  'codelist-list-missing': {
    blame: 'user',
    summary: 'The folder codelists/ has no codelists.txt.',
    message: () => 'There is a folder codelists/ but no codelists/codelists.txt in it.',
    hint: () =>
      'List the codelists that come from OpenCodelists in codelists/codelists.txt, one a line; keep lists of your own in local_codelists/.',
  },
  'codelist-line-malformed': {
    blame: 'user',
    summary: 'A line of codelists.txt does not name a version of a codelist.',
    message: ({ line }: { line: string }) =>
      `“${line}” is neither organisation/codelist/version nor user/name/codelist/version.`,
    hint: () => 'Copy the three or four parts from the address of the codelist’s version.',
  },
  'codelist-listed-twice': {
    blame: 'user',
    summary: 'The same version of a codelist is listed twice.',
    message: ({ id }: { id: string }) => `“${id}” is listed more than once.`,
    hint: () => 'Delete all but one of the lines.',
  },
  'codelist-two-versions': {
    blame: 'user',
    summary: 'Two versions of one codelist are listed.',
    message: ({ id, other }: { id: string; other: string }) =>
      `“${id}” is another version of “${other}”; both would be written to the same file.`,
    hint: () => 'Keep the version that the study uses and delete the other line.',
  },
  'codelist-manifest-missing': {
    blame: 'user',
    summary: 'codelists.json is missing.',
    message: () => 'There is no codelists/codelists.json, which says where each file came from.',
    hint: () => 'Run: opensafely codelists update',
  },
  'codelist-manifest-malformed': {
    blame: 'user',
    summary: 'codelists.json cannot be read.',
    message: ({ problem }: { problem: string }) =>
      `codelists/codelists.json cannot be read: ${problem}.`,
    hint: () =>
      'It is written by a program and not meant to be edited. Run: opensafely codelists update',
  },
  'codelist-not-downloaded': {
    blame: 'user',
    summary: 'A codelist is listed in codelists.txt but was not downloaded.',
    message: ({ id }: { id: string }) => `“${id}” is listed but has not been downloaded.`,
    hint: () => 'Run: opensafely codelists update',
  },
  'codelist-no-longer-listed': {
    blame: 'user',
    summary: 'A downloaded codelist is no longer in codelists.txt.',
    message: ({ id, file }: { id: string; file: string }) =>
      `codelists/${file} came from “${id}”, which is not listed any more.`,
    hint: () => 'List it again, or run: opensafely codelists update',
  },
  'codelist-file-missing': {
    blame: 'user',
    summary: 'A CSV file that codelists.json names is not there.',
    message: ({ file }: { file: string }) => `codelists/${file} is missing.`,
    hint: () => 'Restore it from git, or run: opensafely codelists update',
  },
  'codelist-file-unknown': {
    blame: 'user',
    summary: 'A CSV file in codelists/ did not come from OpenCodelists.',
    message: ({ file }: { file: string }) =>
      `codelists/${file} did not come from a listed codelist.`,
    hint: () =>
      'Move lists of your own to local_codelists/; an update would delete them from here.',
  },
  'codelist-file-edited': {
    blame: 'user',
    summary: 'A CSV file was changed after it was downloaded.',
    message: ({ file }: { file: string }) =>
      `codelists/${file} was changed after it was downloaded.`,
    hint: () =>
      'Undo the change (run: opensafely codelists update), or keep your own version in local_codelists/.',
  },
} as const;

/** What can be wrong with the codelists of a study. */
export const codelistFaults: Faults<typeof kinds> = defineFaults(kinds);
