/** What can go wrong with the files that hold tables: writing them, and reading ones that somebody else wrote. */
import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';

interface FormatFaultKinds extends Record<string, FaultKind<never>> {
  readonly 'file-not-found': FaultKind<{ file: string }>;
  readonly 'file-not-readable': FaultKind<{ file: string; reason: string }>;
  readonly 'file-not-written': FaultKind<{ file: string; reason: string }>;
  readonly 'file-too-large': FaultKind<{ file: string; limit: number }>;
  readonly 'file-malformed': FaultKind<{ file: string; format: string; reason: string }>;
  readonly 'file-truncated': FaultKind<{ file: string; format: string }>;
  readonly 'file-not-utf8': FaultKind<{ file: string }>;
  readonly 'csv-no-header': FaultKind<{ file: string }>;
  readonly 'csv-duplicate-column': FaultKind<{ file: string; column: string }>;
  readonly 'csv-cell-count': FaultKind<{ cells: number; columns: number }>;
  readonly 'csv-unclosed-quote': FaultKind<{ file: string }>;
  readonly 'feature-not-supported': FaultKind<{ file: string; format: string; feature: string }>;
  readonly 'stata-infinite-number': FaultKind<{ column: string }>;
  readonly 'stata-too-many-columns': FaultKind<{ columns: number }>;
}

export const formatFaults: Faults<FormatFaultKinds> = defineFaults<FormatFaultKinds>({
  'file-not-found': {
    blame: 'user',
    summary: 'A table was to be read from a file that is not there.',
    message: ({ file }) => `There is no file ${file}.`,
    hint: () => 'Check the path, and that the action that writes the file has run.',
  },
  'file-not-readable': {
    blame: 'platform',
    summary: 'The operating system refused to let a file be read.',
    message: ({ file, reason }) => `${file} could not be read: ${reason}.`,
    hint: () => 'Check that it is a regular file and that its permissions allow reading.',
  },
  'file-not-written': {
    blame: 'platform',
    summary:
      'The operating system refused to let a file be written. What was there before is kept.',
    message: ({ file, reason }) => `${file} could not be written: ${reason}.`,
    hint: () => 'Check that its folder exists, may be written to, and that the disk is not full.',
  },
  'file-too-large': {
    blame: 'data',
    summary: 'A file holds, or unpacks to, more than the limit.',
    message: ({ file, limit }) =>
      `${file} holds more than ${Math.round(limit / 2 ** 20)} MiB once unpacked, which is the limit.`,
    hint: () => 'Use a file with fewer rows or columns, or check that it is the file you meant.',
  },
  'file-malformed': {
    blame: 'data',
    summary: 'The content of a file is not what its extension says.',
    message: ({ file, format, reason }) => `${file} is not a sound ${format} file: ${reason}.`,
    hint: () => 'Write the file again with the program that made it, and check its extension.',
  },
  'file-truncated': {
    blame: 'data',
    summary: 'A file ends before its content does.',
    message: ({ file, format }) => `${file} ends too early for a ${format} file.`,
    hint: () => 'It was probably cut while being copied or written: make it again.',
  },
  'file-not-utf8': {
    blame: 'data',
    summary: 'A text file is not encoded in UTF-8.',
    message: ({ file }) => `${file} is not written in UTF-8.`,
    hint: () => 'Save the file with UTF-8 encoding.',
  },
  'csv-no-header': {
    blame: 'data',
    summary: 'A CSV file has no header line.',
    message: ({ file }) => `${file} is empty: a CSV file starts with a line of column names.`,
    hint: () => 'Check that the program that wrote the file finished.',
  },
  'csv-duplicate-column': {
    blame: 'data',
    summary: 'Two columns of a table have the same name.',
    message: ({ file, column }) => `${file} has more than one column named "${column}".`,
    hint: () => 'Give every column a name of its own.',
  },
  'csv-cell-count': {
    blame: 'data',
    summary: 'A line of a CSV file has more or fewer cells than the header.',
    message: ({ cells, columns }) =>
      `This line has ${cells} ${cells === 1 ? 'cell' : 'cells'} where the header names ${columns} ${columns === 1 ? 'column' : 'columns'}.`,
    hint: () => 'Put values that contain commas, quotes or line breaks in double quotes.',
  },
  'csv-unclosed-quote': {
    blame: 'data',
    summary: 'A quoted cell of a CSV file never ends.',
    message: ({ file }) => `A double quote that opens here is never closed before ${file} ends.`,
    hint: () => 'Close the quote; inside quotes, write a double quote twice.',
  },
  'feature-not-supported': {
    blame: 'user',
    summary: 'A file is sound but uses something that Vitrine does not read.',
    message: ({ file, format, feature }) =>
      `${file} is a ${format} file with ${feature}, which Vitrine does not read.`,
    hint: () => 'Save it in another way, or as CSV.',
  },
  'stata-infinite-number': {
    blame: 'data',
    summary: 'A number is too large for a Stata file.',
    message: ({ column }) =>
      `Column "${column}" holds a number that Stata files cannot: infinite, or above 8.98e307.`,
    hint: () => 'Write the table as CSV or Feather.',
  },
  'stata-too-many-columns': {
    blame: 'user',
    summary: 'A table has more columns than a Stata file may have.',
    message: ({ columns }) =>
      `The table has ${columns} columns, and a Stata file may have 32,767 at most.`,
    hint: () => 'Write the table as CSV or Feather, or make it in parts.',
  },
});
