/** What comes with a measurement: comparators and reference ranges (cohort-extractor §1.8, 22–24; §7.4). */
import type { Constant } from '../../model/model.ts';
import { type Python, patients } from '../testing.ts';
import { type Case, codes, example, type Rows, specify } from './cases.testing.ts';

const ctv3 = codes('ctv3', ['246..']);
const first = { find_first_match_in_period: true };

type Reading = readonly [moment: string, code: string, value: number, id: number];

const had = (...given: readonly Reading[]): Rows => ({
  CodedEvent: given.map(([ConsultationDate, CTV3Code, NumericValue, CodedEvent_ID]) => ({
    ConsultationDate,
    CTV3Code,
    NumericValue,
    CodedEvent_ID,
  })),
});

const shared: Rows = {
  CodedEventRange: [
    { CodedEvent_ID: 9001, LowerBound: 3.5, UpperBound: 7.25, Comparator: 8 },
    { CodedEvent_ID: 9003, LowerBound: -1, UpperBound: -1, Comparator: 4 },
    {
      CodedEvent_ID: 9004,
      LowerBound: 20,
      UpperBound: null,
      Comparator: 9,
      CodedEventRange_ID: 90_002,
    },
    {
      CodedEvent_ID: 9004,
      LowerBound: 10,
      UpperBound: null,
      Comparator: 3,
      CodedEventRange_ID: 90_001,
    },
    { CodedEvent_ID: 9005, LowerBound: 1, UpperBound: 2, Comparator: null },
    ...[3, 4, 5, 6, 7, 8].map((Comparator) => ({ CodedEvent_ID: 9100 + Comparator, Comparator })),
  ],
};

/** A measurement and something of its reference range. */
let measurements = 0;
const range = (
  rule: string,
  of: string,
  rows: Rows,
  gives: Constant,
  given: Readonly<Record<string, Python>> = {},
): Case => {
  measurements += 1;
  const source = `measurement_${measurements}`;
  const call = patients('with_these_clinical_events', {
    codelist: ctv3,
    returning: 'numeric_value',
    ...given,
  });
  return example(rule, [of, { source }], rows, gives, { columns: { [source]: call } });
};

const cases: readonly Case[] = [
  range(
    'range: lower bound',
    'reference_range_lower_bound_from',
    had(['2019-01-01', '246..', 5, 9001]),
    3.5,
  ),
  range(
    'range: upper bound',
    'reference_range_upper_bound_from',
    had(['2019-01-01', '246..', 5, 9001]),
    7.25,
  ),
  range('range: comparator', 'comparator_from', had(['2019-01-01', '246..', 5, 9001]), '<='),
  range(
    'range: no range is 0.0',
    'reference_range_lower_bound_from',
    had(['2019-01-01', '246..', 5, 9002]),
    0,
  ),
  range(
    'range: no range has no comparator',
    'comparator_from',
    had(['2019-01-01', '246..', 5, 9002]),
    '',
  ),
  range(
    'range: no bound is −1',
    'reference_range_upper_bound_from',
    had(['2019-01-01', '246..', 5, 9003]),
    -1,
  ),
  range('range: no event is 0.0', 'reference_range_upper_bound_from', {}, 0),
  range('range: no event has no comparator', 'comparator_from', {}, ''),
  range(
    'range: of several the first stored',
    'reference_range_lower_bound_from',
    had(['2019-01-01', '246..', 5, 9004]),
    10,
  ),
  range(
    'range: a comparator that is not known is blank',
    'comparator_from',
    had(['2019-01-01', '246..', 5, 9005]),
    '',
  ),
  range(
    'range: of the very event whose value counts',
    'reference_range_lower_bound_from',
    had(['2019-01-01', '246..', 5, 9003], ['2018-01-01', '246..', 5, 9004]),
    10,
    first,
  ),
  ...(
    [
      [3, '~'],
      [4, '='],
      [5, '>='],
      [6, '>'],
      [7, '<'],
      [8, '<='],
    ] as const
  ).map(([code, sign]) =>
    range(
      `range: comparator ${code} is ${sign}`,
      'comparator_from',
      had(['2019-01-01', '246..', 5, 9100 + code]),
      sign,
    ),
  ),
];

specify(cases, shared);
