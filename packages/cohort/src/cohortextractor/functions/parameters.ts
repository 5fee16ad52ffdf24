/** The parameters that many functions share. */

import type { ColumnType, DateFormat } from '../../table.ts';
import { isCodelist } from '../read-codelists.ts';
import type { ArgumentRule, FunctionRule, Parameter } from './function-rule.ts';

type Parameters = Readonly<Record<string, Parameter>>;

export const flag = (byDefault = false): Parameter => ({
  kind: 'flag',
  default: byDefault,
  required: false,
});

export const requiredDate: Parameter = { kind: 'date', required: true };

export const codelist = (...systems: readonly string[]): Parameter => ({
  kind: 'codelist',
  systems,
  required: true,
});

export const optionalCodelist = (...systems: readonly string[]): Parameter => ({
  kind: 'codelist',
  systems,
  required: false,
});

export const texts: Parameter = { kind: 'texts', required: false };

/** `returning`, with what can be returned as which type. */
export const returning = (
  types: Readonly<Record<string, ColumnType>>,
  byDefault: string | null = 'binary_flag',
  renamed: Readonly<Record<string, string>> = {},
): Parameters => ({
  returning: {
    kind: 'returning',
    types,
    default: byDefault,
    renamed,
    required: byDefault === null,
  },
});

/** An inclusive period: one side, the other, or both. */
export const bounds: Parameters = {
  on_or_before: { kind: 'bound', required: false },
  on_or_after: { kind: 'bound', required: false },
  between: { kind: 'between', required: false },
};

/** Which match counts; the last unless the first is asked for, even when both are. */
export const firstOrLast: Parameters = {
  find_first_match_in_period: flag(),
  find_last_match_in_period: flag(),
};

export const expectations: Parameters = {
  return_expectations: { kind: 'expectations', required: false },
};

export const dateFormat = (byDefault: DateFormat | null = null): Parameters => ({
  date_format: { kind: 'date-format', default: byDefault, required: false },
});

export const legacyDateFormat: Parameters = {
  include_month: { kind: 'legacy-date-format', required: false },
  include_day: { kind: 'legacy-date-format', required: false },
};

export const legacyResult: Parameters = {
  return_binary_flag: { kind: 'legacy-result', returning: 'binary_flag', required: false },
  return_number_of_matches_in_period: {
    kind: 'legacy-result',
    returning: 'number_of_matches_in_period',
    required: false,
  },
  return_first_date_in_period: {
    kind: 'legacy-result',
    returning: 'date',
    find: 'find_first_match_in_period',
    required: false,
  },
  return_last_date_in_period: {
    kind: 'legacy-result',
    returning: 'date',
    find: 'find_last_match_in_period',
    required: false,
  },
};

export const includeDateOfMatch: Parameters = {
  include_date_of_match: { kind: 'extra-date', suffix: '_date', required: false },
};

export const includeMeasurementDate: Parameters = {
  include_measurement_date: { kind: 'extra-date', suffix: '_date_measured', required: false },
};

/** For functions that have a date with every value. */
export const alwaysDated: NonNullable<FunctionRule['withoutDate']> = () => null;

/** For functions that have a date unless they count episodes. */
export const datedUnlessEpisodes: NonNullable<FunctionRule['withoutDate']> = (call) =>
  call.arguments['returning'] === 'number_of_episodes'
    ? {
        problem: 'which counts episodes and so has no single date',
        remedy: 'Add a second column with returning="date".',
      }
    : null;

/** What returning a category asks of the codelist. */
export const categoryRule: ArgumentRule = {
  broken: ({ arguments: { returning, codelist } }) =>
    returning === 'category' && isCodelist(codelist) && codelist.categories === null,
  problem: 'returns the category of a codelist that has no categories',
  remedy: 'Load the codelist with category_column=…, or return something else.',
};

/** What counting episodes excludes, and what only counting episodes allows. */
export const episodeRules: readonly ArgumentRule[] = [
  {
    broken: ({ arguments: given }) =>
      given['returning'] === 'number_of_episodes' &&
      (given['find_first_match_in_period'] === true || given['find_last_match_in_period'] === true),
    problem: 'looks for the first or last match while it counts episodes',
    remedy: 'Leave find_first_match_in_period and find_last_match_in_period out.',
  },
  {
    broken: ({ arguments: given }) =>
      given['returning'] !== 'number_of_episodes' && given['episode_defined_as'] !== null,
    problem: 'has episode_defined_as but does not count episodes',
    remedy: 'Add returning="number_of_episodes", or leave episode_defined_as out.',
  },
];
