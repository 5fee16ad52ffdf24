/**
 * Every rule of disclosure control that is checked, with what it means and what to do. The rules are those of the
 * platform's output review (cli-review-and-docs §3.3, §3.4); `docs/disclosure.md` is made from this table.
 */

/** `error`: must not leave as it is. `warning`: a checker has to judge it. `note`: worth knowing. */
export type Severity = 'error' | 'warning' | 'note';

/** One rule. */
export interface Rule {
  readonly severity: Severity;
  /** What the rule is about, a few words. */
  readonly title: string;
  /** One sentence: why it matters. */
  readonly reason: string;
  /** One sentence: what to do about it. */
  readonly remedy: string;
  /** Whether `fix` can mend it by itself. */
  readonly mechanical: boolean;
}

/** Name of a rule: stable, kebab-case. */
export type RuleId =
  | 'small-count'
  | 'unrounded-count'
  | 'revealing-total'
  | 'extreme-value'
  | 'recoverable-percentage'
  | 'certain-percentage'
  | 'missing-counts'
  | 'patient-rows'
  | 'patient-id'
  | 'date-of-birth'
  | 'too-many-rows'
  | 'forbidden-geography'
  | 'differencing'
  | 'rows-in-text'
  | 'log-file'
  | 'embedded-data'
  | 'hidden-content'
  | 'active-content'
  | 'metadata'
  | 'crowded-figure'
  | 'file-type'
  | 'too-large'
  | 'unreadable';

/** The rules by name. */
export const rules: Readonly<Record<RuleId, Rule>> = {
  'small-count': {
    severity: 'error',
    title: 'A count of few people',
    reason: 'A statistic that describes so few people can point to one of them.',
    remedy:
      'Merge sparse categories, or replace the count by [REDACTED] before anything is rounded.',
    mechanical: true,
  },
  'unrounded-count': {
    severity: 'error',
    title: 'A count that is not rounded',
    reason: 'Exact counts can be subtracted from one another until one person is left.',
    remedy:
      'Round every count to the nearest 5 after redaction, or use midpoint-6 rounding and say so in the name.',
    mechanical: true,
  },
  'revealing-total': {
    severity: 'error',
    title: 'A total that reveals a redacted cell',
    reason: 'What is redacted can be had by subtracting the cells that are shown from their total.',
    remedy: 'Make the total anew from the rounded cells that are shown, or redact a second cell.',
    mechanical: true,
  },
  'extreme-value': {
    severity: 'error',
    title: 'A minimum or maximum',
    reason: 'A minimum or maximum is the value of one person.',
    remedy: 'Leave it out, or give a percentile that many people stand behind.',
    mechanical: true,
  },
  'recoverable-percentage': {
    severity: 'error',
    title: 'A percentage whose count can be recovered',
    reason: 'With the denominator beside it the percentage gives away an unrounded or small count.',
    remedy: 'Compute percentages and rates from rounded counts.',
    mechanical: true,
  },
  'certain-percentage': {
    severity: 'warning',
    title: 'Nobody or everybody of a group',
    reason: '0 % and 100 % say something of every member of the group.',
    remedy: 'Merge the group with another, or say in the context why it discloses nothing.',
    mechanical: false,
  },
  'missing-counts': {
    severity: 'warning',
    title: 'Statistics without the counts behind them',
    reason: 'Nobody can judge how many people stand behind a statistic without the counts.',
    remedy: 'Put the rounded counts beside it, or supply them as a supporting file.',
    mechanical: false,
  },
  'patient-rows': {
    severity: 'error',
    title: 'One row per patient',
    reason: 'The table describes single patients and not groups of them.',
    remedy: 'Label the file highly_sensitive and release an aggregate of it.',
    mechanical: false,
  },
  'patient-id': {
    severity: 'error',
    title: 'Identifiers of patients',
    reason: 'Identifiers, pseudonymised ones too, link rows to people.',
    remedy: 'Aggregate over patients and drop the identifier.',
    mechanical: false,
  },
  'date-of-birth': {
    severity: 'error',
    title: 'Dates of birth',
    reason: 'A date of birth identifies most people together with very little else.',
    remedy: 'Release bands of age in place of dates of birth.',
    mechanical: false,
  },
  'too-many-rows': {
    severity: 'error',
    title: 'More rows than anybody can check',
    reason: 'A table of this length cannot be reviewed and looks like patient-level data.',
    remedy: 'Release only what the purpose needs; aggregate further.',
    mechanical: false,
  },
  'forbidden-geography': {
    severity: 'error',
    title: 'A practice or a small area',
    reason:
      'Practices, primary care networks, integrated care boards and local authorities may never be identified.',
    remedy: 'Aggregate to regions, or leave the breakdown out.',
    mechanical: false,
  },
  differencing: {
    severity: 'error',
    title: 'Released figures can be subtracted',
    reason: 'Together with what was released before, the new figures describe a few people.',
    remedy:
      'Keep the population of the released table, or wait until it has changed by more people.',
    mechanical: false,
  },
  'rows-in-text': {
    severity: 'error',
    title: 'Rows of data in a text or log',
    reason: 'Printed rows of a patient-level table are patient-level data.',
    remedy: 'Cut the printed rows out; logs should hardly ever be released.',
    mechanical: false,
  },
  'log-file': {
    severity: 'warning',
    title: 'A log',
    reason: 'Logs hold what nobody meant to release.',
    remedy: 'Release results in place of logs; if a log is needed, cut it to the lines that are.',
    mechanical: false,
  },
  'embedded-data': {
    severity: 'error',
    title: 'Data embedded in a page or figure',
    reason: 'The reader of the page does not see the data, but receives them.',
    remedy: 'Save the page or figure without its data, for example as a static image.',
    mechanical: false,
  },
  'hidden-content': {
    severity: 'error',
    title: 'Content that cannot be seen',
    reason:
      'Nobody can review what is not shown: comments, invisible text, bytes behind the end of a picture.',
    remedy: 'Remove it, or save the file anew without it.',
    mechanical: true,
  },
  'active-content': {
    severity: 'error',
    title: 'Scripts, references or formulas',
    reason:
      'The file would act when it is opened: run a script, load something, or compute a formula.',
    remedy: 'Save the file without scripts and with everything it shows inside it.',
    mechanical: true,
  },
  metadata: {
    severity: 'warning',
    title: 'Metadata',
    reason: 'Programs write the time, the folder or the name of a person into files.',
    remedy: 'Strip the metadata.',
    mechanical: true,
  },
  'crowded-figure': {
    severity: 'warning',
    title: 'A figure of very many points',
    reason: 'A figure with one point a patient is patient-level data.',
    remedy: 'Draw a binned or smoothed figure.',
    mechanical: false,
  },
  'file-type': {
    severity: 'error',
    title: 'A type of file that may not leave',
    reason: 'Only types that can be reviewed may be requested.',
    remedy: 'Save tables as csv, figures as svg, png or jpeg, and text as txt or md.',
    mechanical: false,
  },
  'too-large': {
    severity: 'error',
    title: 'A file that is too large',
    reason: 'A file of this size cannot be reviewed.',
    remedy: 'Release only what the purpose needs.',
    mechanical: false,
  },
  unreadable: {
    severity: 'error',
    title: 'A file that cannot be checked',
    reason: 'What cannot be read for certain could hold anything.',
    remedy: 'Write the file anew in the plain form of its type, text in UTF-8.',
    mechanical: false,
  },
};

/** All names, in the order of the table. */
export const ruleIds: readonly RuleId[] = Object.keys(rules) as readonly RuleId[];
