import { expect, it } from 'vitest';
import { dayOf } from '../calendar.ts';
import { studyAsPlainData } from './dump-study.ts';
import { codes, dict, lower, patients, tuple } from './testing.ts';

it('resolves arguments, dates and expressions', () => {
  const study = lower(
    {
      age: patients('age_as_of', { reference_date: 'index_date - 1 day' }),
      group: patients(
        'categorised_as',
        { category_definitions: dict({ old: 'age>64 AND(event)', young: 'DEFAULT' }) },
        {
          event: patients('with_these_clinical_events', {
            codelist: codes('ctv3_grouped'),
            between: ['2019-01-01', 'today'],
          }),
        },
      ),
      last: patients('maximum_of', { column_names: tuple('2020-01-01') }),
      home: patients('care_home_status_as_of', { date: 'today' }),
    },
    { indexDate: '2020-03-01' },
  );
  const today = dayOf('2022-05-12') ?? Number.NaN;
  expect(studyAsPlainData(study, today)).toEqual({
    hidden_columns: ['event', 'fixed_value_1'],
    covariate_definitions: {
      age: {
        type: 'age_as_of',
        args: {
          reference_date: '2020-02-29',
          between: [null, null],
          column_type: 'int',
          return_expectations: null,
        },
      },
      event: {
        type: 'with_these_clinical_events',
        args: {
          codelist: {
            system: 'ctv3',
            codes: [
              ['A', '1'],
              ['B', '2'],
              ['C', '1'],
            ],
          },
          find_first_match_in_period: false,
          find_last_match_in_period: false,
          returning: 'binary_flag',
          ignore_missing_values: false,
          ignore_days_where_these_codes_occur: null,
          episode_defined_as: null,
          between: ['2019-01-01', '2022-05-12'],
          column_type: 'bool',
          return_expectations: null,
        },
      },
      group: {
        type: 'categorised_as',
        args: {
          category_definitions: { old: 'age > 64 AND event', young: 'DEFAULT' },
          column_type: 'str',
          return_expectations: null,
        },
      },
      fixed_value_1: {
        type: 'fixed_value',
        args: {
          value: '2020-01-01',
          column_type: 'date',
          date_format: 'YYYY-MM-DD',
          return_expectations: null,
        },
      },
      last: {
        type: 'maximum_of',
        args: {
          column_names: ['fixed_value_1'],
          column_type: 'date',
          date_format: 'YYYY-MM-DD',
          return_expectations: null,
        },
      },
      home: {
        type: 'care_home_status_as_of',
        args: {
          date: '2022-05-12',
          categorised_as: { true: 'IsPotentialCareHome', false: 'DEFAULT' },
          between: [null, null],
          column_type: 'bool',
          return_expectations: null,
        },
      },
      population: {
        type: 'all',
        args: { between: [null, null], column_type: 'bool', return_expectations: null },
      },
    },
  });
});
