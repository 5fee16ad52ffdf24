/** What can go wrong with dummy data: expectations that a study gives, and files that it brings. */
import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';

interface DummyFaultKinds extends Record<string, FaultKind<never>> {
  readonly 'column-expectations-missing': FaultKind<{ column: string }>;
  readonly 'expectations-not-a-dict': FaultKind<{ subject: string; key: string }>;
  readonly 'expectation-unknown': FaultKind<{ subject: string; key: string }>;
  readonly 'rate-unknown': FaultKind<{ subject: string; rate: string }>;
  readonly 'rate-universal-date': FaultKind<{ column: string }>;
  readonly 'incidence-missing': FaultKind<{ column: string }>;
  readonly 'incidence-invalid': FaultKind<{ subject: string; incidence: string }>;
  readonly 'expectation-date-missing': FaultKind<{ column: string; side: string }>;
  readonly 'expectation-date-invalid': FaultKind<{
    subject: string;
    side: string;
    text: string;
    problem: string;
    remedy: string;
  }>;
  readonly 'expectation-dates-reversed': FaultKind<{
    column: string;
    earliest: string;
    latest: string;
  }>;
  readonly 'expectation-dates-swapped': FaultKind<{
    column: string;
    earliest: string;
    latest: string;
  }>;
  readonly 'bound-invalid': FaultKind<{ column: string; reason: string; remedy: string }>;
  readonly 'generator-missing': FaultKind<{ column: string; type: string; key: string }>;
  readonly 'distribution-unknown': FaultKind<{
    subject: string;
    key: string;
    distribution: string;
    known: string;
  }>;
  readonly 'distribution-value': FaultKind<{
    subject: string;
    key: string;
    parameter: string;
    value: string;
    need: string;
  }>;
  readonly 'ratio-invalid': FaultKind<{ subject: string; label: string; value: string }>;
  readonly 'ratios-sum': FaultKind<{ subject: string; sum: string }>;
  readonly 'label-unknown': FaultKind<{ subject: string; labels: string; known: string }>;
  readonly 'value-file-unreadable': FaultKind<{ column: string; file: string; reason: string }>;
  readonly 'value-file-column': FaultKind<{
    column: string;
    file: string;
    missing: string;
    has: string;
  }>;
  readonly 'value-file-value': FaultKind<{
    column: string;
    file: string;
    header: string;
    value: string;
    need: string;
  }>;
  readonly 'dummy-file-extension': FaultKind<{ file: string; format: string }>;
  readonly 'dummy-file-column-missing': FaultKind<{ file: string; column: string }>;
  readonly 'dummy-file-column-unexpected': FaultKind<{ file: string; column: string }>;
  readonly 'dummy-file-value': FaultKind<{
    file: string;
    column: string;
    row: number;
    value: string;
    need: string;
  }>;
  readonly 'dummy-file-fraction': FaultKind<{
    file: string;
    column: string;
    row: number;
    value: string;
  }>;
  readonly 'dummy-file-patient-repeated': FaultKind<{
    file: string;
    row: number;
    patient: string;
    first: number;
  }>;
  readonly 'dummy-file-more': FaultKind<{ file: string; more: number }>;
}

export const dummyFaults: Faults<DummyFaultKinds> = defineFaults<DummyFaultKinds>({
  'column-expectations-missing': {
    blame: 'user',
    summary: 'A column has no expectations, and the study gives no default ones.',
    message: ({ column }) =>
      `Column "${column}" has no return_expectations, and the study has no default_expectations.`,
    hint: () => 'Say in return_expectations what its dummy values should look like.',
  },
  'expectations-not-a-dict': {
    blame: 'user',
    summary: 'A part of the expectations that holds named values is not a dictionary.',
    message: ({ subject, key }) =>
      `In the expectations of ${subject}, "${key}" is not a dictionary.`,
    hint: ({ key }) => EXAMPLES[key] ?? 'Write it as a dictionary of names and values.',
  },
  'expectation-unknown': {
    blame: 'user',
    summary: 'Expectations have a key that means nothing.',
    message: ({ subject, key }) => `The expectations of ${subject} have an unknown key "${key}".`,
    hint: () => 'The keys are rate, incidence, date, category, int, float and bool.',
  },
  'rate-unknown': {
    blame: 'user',
    summary: 'The rate of the expectations is none of the three there are.',
    message: ({ subject, rate }) => `The expectations of ${subject} have an unknown rate ${rate}.`,
    hint: () => 'Use "exponential_increase", "uniform" or "universal".',
  },
  'rate-universal-date': {
    blame: 'user',
    summary: 'A date column has the rate "universal", which says nothing about when.',
    message: ({ column }) =>
      `Column "${column}" gives dates, but its rate is "universal", which does not say how they spread.`,
    hint: () =>
      'Use "uniform" or "exponential_increase", with "incidence": 1 if everybody has a date.',
  },
  'incidence-missing': {
    blame: 'user',
    summary: 'A column has neither an incidence nor the rate "universal".',
    message: ({ column }) => `Column "${column}" needs an incidence above 0 in its expectations.`,
    hint: () =>
      'Add "incidence": a number above 0 and up to 1, the share of patients with a value; or "rate": "universal" if all have one.',
  },
  'incidence-invalid': {
    blame: 'user',
    summary: 'The incidence is not a share.',
    message: ({ subject, incidence }) =>
      `The incidence in the expectations of ${subject} is ${incidence}, not a number above 0 and up to 1.`,
    hint: () => 'Give the share of patients with a value, for example 0.2.',
  },
  'expectation-date-missing': {
    blame: 'user',
    summary: 'A column has no range of dates in its expectations. Every column needs one.',
    message: ({ column, side }) =>
      `Column "${column}" has no "${side}" date in its expectations, nor do the defaults give one.`,
    hint: () =>
      'Add "date": {"earliest": "2020-01-01", "latest": "today"}, best in default_expectations; columns without dates need it too.',
  },
  'expectation-date-invalid': {
    blame: 'user',
    summary: 'A date in the expectations cannot be worked out.',
    message: ({ subject, side, text, problem }) =>
      `The "${side}" date ${text} in the expectations of ${subject} ${problem}.`,
    hint: ({ remedy }) => remedy,
  },
  'expectation-dates-reversed': {
    blame: 'user',
    summary: 'The earliest date of an exponential increase lies after the latest.',
    message: ({ column, earliest, latest }) =>
      `The expected dates of column "${column}" run backwards, from ${earliest} to ${latest}.`,
    hint: () => 'Give an earliest date that is not after the latest.',
  },
  'expectation-dates-swapped': {
    blame: 'user',
    severity: 'warning',
    summary:
      'The earliest date of an even spread lies after the latest; the days between are used.',
    message: ({ column, earliest, latest }) =>
      `The expected dates of column "${column}" run backwards, from ${earliest} to ${latest}; the days between are used.`,
    hint: () => 'Give an earliest date that is not after the latest.',
  },
  'bound-invalid': {
    blame: 'user',
    summary: 'A date that bounds a column cannot be worked out.',
    message: ({ column, reason }) =>
      `A date that bounds column "${column}" cannot be worked out: ${reason}`,
    hint: ({ remedy }) => remedy,
  },
  'generator-missing': {
    blame: 'user',
    summary: 'The expectations of a column do not say how its type of value is made.',
    message: ({ column, type, key }) =>
      `Column "${column}" gives ${type}, but ${key === 'category' ? 'its own' : 'its'} expectations have no "${key}".`,
    hint: ({ key }) => EXAMPLES[key] ?? 'Add it.',
  },
  'distribution-unknown': {
    blame: 'user',
    summary: 'A distribution is named that there is not for this type.',
    message: ({ subject, key, distribution }) =>
      `The expectations of ${subject} ask for an unknown distribution ${distribution} of "${key}".`,
    hint: ({ known }) => `Use ${known}.`,
  },
  'distribution-value': {
    blame: 'user',
    summary: 'A parameter of a distribution is missing or out of range.',
    message: ({ subject, key, parameter, value, need }) =>
      `The "${parameter}" of "${key}" in the expectations of ${subject} is ${value}, not ${need}.`,
    hint: ({ key }) => EXAMPLES[key] ?? 'Give a number.',
  },
  'ratio-invalid': {
    blame: 'user',
    summary: 'The ratio of a category is not a number of at least 0.',
    message: ({ subject, label, value }) =>
      `The ratio of category "${label}" in the expectations of ${subject} is ${value}, not a number of at least 0.`,
    hint: () => 'Give each category a share between 0 and 1.',
  },
  'ratios-sum': {
    blame: 'user',
    summary: 'The ratios of categories do not add up to 1.',
    message: ({ subject, sum }) =>
      `The category ratios in the expectations of ${subject} add up to ${sum}, not to 1.`,
    hint: () =>
      'Change them so that they add up to 1. Ratios of default_expectations count as well: the two are merged label by label.',
  },
  'label-unknown': {
    blame: 'user',
    summary: 'Expectations name a category that the column cannot have.',
    message: ({ subject, labels }) =>
      `The expectations of ${subject} name categories that it cannot have: ${labels}.`,
    hint: ({ known }) => `Its categories are ${known}.`,
  },
  'value-file-unreadable': {
    blame: 'user',
    summary: 'The file that a column comes from cannot be read.',
    message: ({ column, file, reason }) =>
      `Column "${column}" comes from ${file}, which cannot be read: ${reason}`,
    hint: () => 'Check the path, and that the action that makes the file is among those needed.',
  },
  'value-file-column': {
    blame: 'user',
    summary: 'The file that a column comes from lacks a column.',
    message: ({ column, file, missing }) =>
      `Column "${column}" comes from ${file}, which has no column "${missing}".`,
    hint: ({ has }) => `The file has ${has}.`,
  },
  'value-file-value': {
    blame: 'data',
    summary: "A value in the file that a column comes from is not of the column's type.",
    message: ({ column, file, header, value, need }) =>
      `Column "${column}" comes from "${header}" of ${file}, where ${value} is not ${need}.`,
    hint: () => 'Correct the file, or give another returning_type.',
  },
  'dummy-file-extension': {
    blame: 'user',
    summary: 'A dummy data file is not in the format of the output.',
    message: ({ file, format }) =>
      `The dummy data file ${file} does not end in .${format}, the format of the output.`,
    hint: ({ format }) => `Give a .${format} file, or choose the output format that fits the file.`,
  },
  'dummy-file-column-missing': {
    blame: 'data',
    summary: 'A dummy data file lacks a column of the study.',
    message: ({ file, column }) => `The dummy data file ${file} has no column "${column}".`,
    hint: () => 'Add the column: the file needs every column of the study, and patient_id.',
  },
  'dummy-file-column-unexpected': {
    blame: 'data',
    summary: 'A dummy data file has a column that the study does not define.',
    message: ({ file, column }) =>
      `The dummy data file ${file} has a column "${column}" that the study does not define.`,
    hint: () => 'Remove the column from the file, or define it in the study.',
  },
  'dummy-file-value': {
    blame: 'data',
    summary: "A value of a dummy data file is not of its column's type.",
    message: ({ file, column, row, value, need }) =>
      `In row ${row} of the dummy data file ${file}, ${value} in column "${column}" is not ${need}.`,
    hint: () => 'Correct the value, or leave it blank. Rows count from 1, which is the header.',
  },
  'dummy-file-fraction': {
    blame: 'data',
    severity: 'warning',
    summary: 'A dummy data file has a fraction where the study promises whole numbers.',
    message: ({ file, column, row, value }) =>
      `In row ${row} of the dummy data file ${file}, ${value} in column "${column}" is not a whole number.`,
    hint: () =>
      'Real extracts have whole numbers there: scripts may be tried on what they never get.',
  },
  'dummy-file-patient-repeated': {
    blame: 'data',
    severity: 'warning',
    summary: 'A dummy data file has one patient in several rows.',
    message: ({ file, row, patient, first }) =>
      `In row ${row} of the dummy data file ${file}, patient_id ${patient} stands again; it was in row ${first}.`,
    hint: () => 'Give every patient one row, as real extracts do.',
  },
  'dummy-file-more': {
    blame: 'data',
    summary: 'A dummy data file has more faults than are listed.',
    message: ({ file, more }) =>
      `The dummy data file ${file} has ${more} more ${more === 1 ? 'fault' : 'faults'} of these kinds.`,
    hint: () => 'Correct the ones listed first.',
  },
});

/** What each part of the expectations looks like. */
const EXAMPLES: Readonly<Record<string, string>> = {
  return_expectations: 'Write, for example, return_expectations={"incidence": 0.2}.',
  default_expectations:
    'Write, for example, default_expectations={"date": {"earliest": "2020-01-01", "latest": "today"}}.',
  date: 'Write, for example, "date": {"earliest": "2020-01-01", "latest": "today"}.',
  category: 'Write, for example, "category": {"ratios": {"F": 0.5, "M": 0.5}}.',
  ratios: 'Write, for example, "ratios": {"F": 0.5, "M": 0.5}.',
  int: 'Write, for example, "int": {"distribution": "normal", "mean": 25, "stddev": 5}; "poisson" needs a mean only, "population_ages" neither.',
  float: 'Write, for example, "float": {"distribution": "normal", "mean": 25, "stddev": 5}.',
  bool: 'Leave "bool" out, or write "bool": True.',
};
