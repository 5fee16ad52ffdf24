import type { SyntaxProblem, YamlFault } from '../yaml/faults-found.ts';
import type { Report } from './report.ts';

/** What the parser's codes mean to somebody who writes a project.yaml: the problem, and what to do. */
const SYNTAX: Partial<Record<SyntaxProblem, readonly [problem: string, advice: string]>> = {
  TAB_AS_INDENT: ['a line is indented with a tab', 'Indent with spaces.'],
  BAD_INDENT: [
    'the indentation does not fit the lines above',
    'Give all keys of one section the same number of spaces, and more than their section has.',
  ],
  BAD_SCALAR_START: [
    'a value begins with a sign that has a meaning of its own',
    'Put the value in quotes.',
  ],
  BAD_ALIAS: ['a value begins with * or &', 'Put the value in quotes.'],
  BAD_DQ_ESCAPE: [
    'a backslash in double quotes is followed by a letter that means nothing',
    'Use single quotes, in which a backslash is only a backslash.',
  ],
  BLOCK_AS_IMPLICIT_KEY: [
    'there is a second ": " in one line',
    'Put the value in quotes if it contains ": ", or begin a new line for the second key.',
  ],
  BRACKET_OPEN: [
    'a bracket is opened here and never closed',
    'Close it with ] or }; if it belongs to a text, put the text in quotes.',
  ],
  BLOCK_IN_FLOW: [
    'a bracket is open, and here begins an indented section',
    'Close the bracket above this line; within brackets nothing is indented.',
  ],
  MISSING_CHAR: [
    'a sign is missing',
    'Look for a bracket, a quote, a comma or a colon that is missing here or just before.',
  ],
  MULTILINE_IMPLICIT_KEY: [
    'a line has no key, or its key has no colon',
    'Write "key: value", and indent a line that continues the value above more than its key.',
  ],
  UNEXPECTED_TOKEN: [
    'something stands where nothing can',
    'Look for a quote or bracket that closes too early, or a line that is indented too little or too much.',
  ],
};

const OTHER_SYNTAX = [
  'this is not YAML',
  'Look for an unclosed quote or bracket, or indentation that does not fit the lines above.',
] as const;

/**
 * Words what a YAML reader found. Behind a first fault of syntax the reader has lost its place, so that what it says of other
 * kinds of syntax misleads; the same fault in another line is most often real, and a tab always.
 */
export function reportYaml(faults: readonly YamlFault[], report: Report): void {
  const first = faults.find((fault) => fault.code === 'yaml-syntax');
  for (const fault of faults) {
    const isEcho =
      first !== undefined &&
      fault.code === 'yaml-syntax' &&
      fault !== first &&
      fault.problem !== 'TAB_AS_INDENT' &&
      (fault.problem !== first.problem || fault.problem === 'BAD_INDENT');
    if (!isEcho) reportFault(fault, report);
  }
}

function reportFault(fault: YamlFault, report: Report): void {
  if (fault.code === 'yaml-syntax') {
    const [problem, advice] = SYNTAX[fault.problem] ?? OTHER_SYNTAX;
    report.add('yaml-syntax', { problem, advice }, fault.at);
  } else if (fault.code === 'yaml-duplicate-key') {
    const values = { key: fault.key, line: report.lineOf(fault.first) };
    report.add('yaml-duplicate-key', values, fault.at);
  } else if (fault.code === 'yaml-alias') {
    // Most often a pattern such as *.csv without quotes.
    report.add('yaml-alias', fault, fault.at, `"*${fault.name}"`);
  } else {
    report.add(fault.code, fault, fault.at);
  }
}
