/** What can be wrong with a study definition of cohortextractor, once its Python has run. */
import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';

interface InColumn {
  readonly column: string;
}

interface InCall extends InColumn {
  readonly function: string;
}

interface InArgument extends InCall {
  readonly argument: string;
}

/** A rule that only its owner can put into words. */
interface InWords {
  readonly problem: string;
  readonly remedy: string;
}

/** How messages begin: what they speak of. */
const subject = (column: string): string =>
  column === 'population' ? 'The population' : `Column "${column}"`;

const orNear = (near: string | null, otherwise: string): string =>
  near === null ? otherwise : `Did you mean "${near}"?`;

const listed = (names: readonly string[]): string =>
  names.length > 20 ? `${names.slice(0, 20).join(', ')} and others` : names.join(', ');

/** The values that each fault's texts are made of. */
type Values = {
  readonly 'study-not-recorded': { module: string; reason: string };
  readonly 'not-a-column': InColumn & { found: string };
  readonly 'unknown-function': InCall & { near: string | null };
  readonly 'removed-function': InCall & { remedy: string };
  readonly 'unknown-argument': InArgument & { near: string | null; allowed: readonly string[] };
  readonly 'missing-argument': InArgument & { expected: string };
  readonly 'wrong-argument': InArgument & { expected: string; found: string };
  readonly 'wrong-choice': InArgument & {
    found: string;
    near: string | null;
    allowed: readonly string[];
  };
  readonly 'arguments-disagree': InCall & InWords;
  readonly 'wrong-coding-system': InArgument & { found: string; allowed: readonly string[] };
  readonly 'broken-codelist': InArgument & { problem: string };
  readonly 'duplicate-column': InColumn & { firstLine: number };
  readonly 'reserved-column': InColumn;
  readonly 'unsafe-column-name': InColumn;
  readonly 'unknown-column': InColumn & { name: string; where: string; near: string | null };
  readonly 'later-column': InColumn & { name: string; where: string };
  readonly 'bad-index-date': { found: string };
  readonly 'bad-date': InColumn & InWords & { argument: string; text: string };
  readonly 'no-such-date': { expression: string; date: string };
  readonly 'index-date-missing': { expression: string };
  readonly 'bad-expression': InColumn & InWords & { expression: string; position: number };
  readonly 'bad-categories': InColumn & InWords;
  readonly 'bad-aggregate': InColumn & InWords;
  readonly 'no-date-to-give': InColumn & InWords & { source: string };
  readonly 'bad-source': InColumn & { source: string; function: string };
  readonly 'bad-expectations': InColumn & { found: string };
  readonly 'bad-default-expectations': { found: string };
  readonly 'bad-population': { type: string };
  readonly 'bad-measure': InWords & { measure: string };
};

type StudyFaultKinds = { readonly [Code in keyof Values]: FaultKind<Values[Code]> };

export const studyFaults: Faults<StudyFaultKinds> = defineFaults<StudyFaultKinds>({
  'study-not-recorded': {
    blame: 'user',
    summary: 'The study definition did not run to its end, so there is nothing to read.',
    message: ({ module, reason }) => `${module} did not give a study definition: ${reason}.`,
    hint: () => 'Mend the fault in the Python code first; the columns are checked after that.',
  },
  'not-a-column': {
    blame: 'user',
    summary: 'A column is given as something other than a call of a patients function.',
    message: ({ column, found }) => `${subject(column)} is ${found}, not a patients.… call.`,
    hint: () =>
      'Write a call such as patients.sex(); for the same value in every row use patients.fixed_value().',
  },
  'unknown-function': {
    blame: 'user',
    summary: 'A patients function that does not exist.',
    message: ({ column, function: name }) =>
      `${subject(column)} calls patients.${name}, which does not exist.`,
    hint: ({ near }) => orNear(near, 'Look the name up in the list of patients functions.'),
  },
  'removed-function': {
    blame: 'user',
    summary: 'A patients function that was taken out of the language, or never worked.',
    message: ({ column, function: name }) =>
      `${subject(column)} calls patients.${name}, which can no longer be used.`,
    hint: ({ remedy }) => remedy,
  },
  'unknown-argument': {
    blame: 'user',
    summary: 'A patients function is given an argument that it does not take.',
    message: ({ column, function: name, argument }) =>
      `${subject(column)}: patients.${name} takes no argument "${argument}".`,
    hint: ({ near, allowed }) => orNear(near, `Its arguments are: ${listed(allowed)}.`),
  },
  'missing-argument': {
    blame: 'user',
    summary: 'A patients function lacks an argument that it cannot do without.',
    message: ({ column, function: name, argument }) =>
      `${subject(column)}: patients.${name} needs "${argument}".`,
    hint: ({ argument, expected }) => `Give ${argument} as ${expected}.`,
  },
  'wrong-argument': {
    blame: 'user',
    summary: 'An argument of a patients function has a value of the wrong kind.',
    message: ({ column, function: name, argument, found }) =>
      `${subject(column)}: "${argument}" of patients.${name} is ${found}.`,
    hint: ({ argument, expected }) => `Give ${argument} as ${expected}.`,
  },
  'wrong-choice': {
    blame: 'user',
    summary: 'An argument of a patients function has a value outside of its list.',
    message: ({ column, function: name, argument, found }) =>
      `${subject(column)}: "${argument}" of patients.${name} cannot be ${found}.`,
    hint: ({ near, allowed }) => orNear(near, `Use one of: ${listed(allowed)}.`),
  },
  'arguments-disagree': {
    blame: 'user',
    summary: 'Arguments of one call exclude or require one another.',
    message: ({ column, function: name, problem }) =>
      `${subject(column)}: patients.${name} ${problem}.`,
    hint: ({ remedy }) => remedy,
  },
  'wrong-coding-system': {
    blame: 'user',
    summary: 'A codelist in a coding system that the records behind this function do not use.',
    message: ({ column, function: name, argument, found }) =>
      `${subject(column)}: "${argument}" of patients.${name} is a codelist of system ${found}.`,
    hint: ({ allowed }) =>
      `These records are coded in ${allowed.join(' or ')}: use such a codelist, and name that system where you load it.`,
  },
  'broken-codelist': {
    blame: 'user',
    summary: 'A codelist that holds something other than text.',
    message: ({ column, argument, problem }) =>
      `${subject(column)}: the codelist given as "${argument}" ${problem}.`,
    hint: () =>
      'Write every code and category as text in quotes; long codes lose digits as numbers.',
  },
  'duplicate-column': {
    blame: 'user',
    summary: 'Two columns of one name. Helper columns share one list of names with the others.',
    message: ({ column, firstLine }) =>
      `There are two columns named "${column}"; the first is on line ${firstLine}.`,
    hint: () => 'Rename one of them. Names of helper columns inside other columns count as well.',
  },
  'reserved-column': {
    blame: 'user',
    summary: 'A column takes the name of one that every study has.',
    message: ({ column }) => `"${column}" is the name of a column that every study has already.`,
    hint: () => 'Choose another name.',
  },
  'unsafe-column-name': {
    blame: 'user',
    summary: 'A column name with characters that cannot stand in a table heading.',
    message: ({ column }) => `"${column}" cannot be the name of a column.`,
    hint: () => 'Use letters, digits and underscores only.',
  },
  'unknown-column': {
    blame: 'user',
    summary: 'A column refers to one that the study does not have.',
    message: ({ column, name, where }) =>
      `${subject(column)} refers to "${name}" in ${where}, but the study has no such column.`,
    hint: ({ near }) => orNear(near, 'Define that column, above this one.'),
  },
  'later-column': {
    blame: 'user',
    summary: 'A column refers to itself or to one that is defined below it.',
    message: ({ column, name, where }) =>
      column === name
        ? `${subject(column)} refers to itself in ${where}.`
        : `${subject(column)} refers to "${name}" in ${where}, but "${name}" is defined further down.`,
    hint: ({ column, name }) =>
      column === name
        ? 'A column can only be made from columns above it.'
        : `Move "${name}" above "${column}".`,
  },
  'bad-index-date': {
    blame: 'user',
    summary: 'The index date of the study is not a date.',
    message: ({ found }) => `index_date is ${found}, which is not a date in the form YYYY-MM-DD.`,
    hint: () => 'Write it as text, for example index_date="2020-02-01".',
  },
  'bad-date': {
    blame: 'user',
    summary: 'A date expression that cannot be read or cannot be used where it stands.',
    message: ({ column, argument, text, problem }) =>
      `${subject(column)}: the date "${text}" in "${argument}" ${problem}.`,
    hint: ({ remedy }) => remedy,
  },
  'no-such-date': {
    blame: 'user',
    summary: 'A date expression leads to a day that its month does not have.',
    message: ({ expression, date }) => `There is no ${date}, which "${expression}" leads to.`,
    hint: () =>
      'Add days instead of months or years, or start from first_day_of_month(…) or another day that every month has.',
  },
  'index-date-missing': {
    blame: 'user',
    summary: 'A date expression uses the index date of a study that has none.',
    message: ({ expression }) => `"${expression}" needs an index date, and the study has none.`,
    hint: () => 'Add index_date="YYYY-MM-DD" to StudyDefinition(…).',
  },
  'bad-expression': {
    blame: 'user',
    summary: 'An expression of satisfying, categorised_as or care_home_status_as_of is wrong.',
    message: ({ column, expression, position, problem }) =>
      `${subject(column)}: ${problem} at character ${position} of the expression: ${excerpt(expression, position)}`,
    hint: ({ remedy }) => remedy,
  },
  'bad-categories': {
    blame: 'user',
    summary: 'The categories of a column do not fit together.',
    message: ({ column, problem }) => `${subject(column)}: ${problem}.`,
    hint: ({ remedy }) => remedy,
  },
  'bad-aggregate': {
    blame: 'user',
    summary: 'maximum_of or minimum_of over columns that cannot be compared.',
    message: ({ column, problem }) => `${subject(column)}: ${problem}.`,
    hint: ({ remedy }) => remedy,
  },
  'no-date-to-give': {
    blame: 'user',
    summary: 'The date of a column is asked for, but that column has no date of its own.',
    message: ({ column, source, problem }) =>
      `${subject(column)} asks for the date of "${source}", ${problem}.`,
    hint: ({ remedy }) => remedy,
  },
  'bad-source': {
    blame: 'user',
    summary: 'A comparator or reference range is asked of a column that has none.',
    message: ({ column, source, function: name }) =>
      `${subject(column)}: patients.${name} cannot be taken from "${source}".`,
    hint: () =>
      'Only patients.with_these_clinical_events(…, returning="numeric_value") has comparators and reference ranges.',
  },
  'bad-expectations': {
    blame: 'user',
    summary: 'return_expectations is not a dictionary of plain values.',
    message: ({ column, found }) => `${subject(column)}: return_expectations is ${found}.`,
    hint: () =>
      'Give a dictionary, for example return_expectations={"incidence": 0.5, "rate": "uniform"}.',
  },
  'bad-default-expectations': {
    blame: 'user',
    summary: 'default_expectations is not a dictionary of plain values.',
    message: ({ found }) => `default_expectations is ${found}.`,
    hint: () =>
      'Give a dictionary, for example default_expectations={"date": {"earliest": "1900-01-01", "latest": "today"}}.',
  },
  'bad-population': {
    blame: 'user',
    summary: 'The population is a column that says neither yes nor no.',
    message: ({ type }) => `The population is a column of type ${type}, not a yes or no.`,
    hint: () => 'Use patients.satisfying("…"), patients.registered_as_of(…) or patients.all().',
  },
  'bad-measure': {
    blame: 'user',
    summary: 'A measure that cannot be calculated from the columns of its study.',
    message: ({ measure, problem }) => `Measure "${measure}": ${problem}.`,
    hint: ({ remedy }) => remedy,
  },
});

/** The part of an expression around a position, on one line, so that long expressions stay readable. */
function excerpt(expression: string, position: number): string {
  const reach = 40;
  const start = Math.max(0, position - 1 - reach);
  const end = Math.min(expression.length, position - 1 + reach);
  const middle = expression.slice(start, end).replace(/\s+/g, ' ');
  return `${start > 0 ? '…' : ''}${middle}${end < expression.length ? '…' : ''}`;
}
