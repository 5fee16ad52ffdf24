/**
 * Studies whose population and columns hang on the index date: whoever is registered, lives somewhere or is of an age at one
 * date is not at another. One plan for all dates says what each date alone says, and what the plainest reading says.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayNumber, isoOf } from '../calendar.ts';
import { codes, dict, lower, patients } from '../cohortextractor/testing.ts';
import { toModel } from '../cohortextractor/to-model/to-model.ts';
import { loadRows } from '../engine/evaluate-on-duckdb.ts';
import type { CohortModel, Constant, ValueType } from '../model/model.ts';
import { printModel } from '../model/print.ts';
import type { RecordedValue } from '../record/document.ts';
import { tppSchema } from '../tpp-schema/schema.ts';
import type { Row } from './cell.ts';
import { type Draw, drawn } from './draw.ts';
import { evaluateCohort, type Source } from './evaluate-cohort.ts';
import { drawCell, MIDDLE } from './random-cells.ts';

const databases = Math.ceil(Number(process.env['FAST_CHECK_RUNS'] ?? 400) / 40);
const patience = 600_000 + 6_000 * databases;
const STUDIES = 3;
const TODAY = MIDDLE + 900;
const NEVER = dayNumber(9999, 12, 31);

/** Expressions of the index date, most often the date itself. */
const drawDate = (draw: Draw): string =>
  draw.pick([
    'index_date',
    'index_date',
    'index_date - 1 month',
    'index_date + 10 days',
    'first_day_of_month(index_date)',
    'index_date - 1 year',
    'last_day_of_month(index_date)',
  ]);

const drawPeriod = (draw: Draw): Readonly<Record<string, RecordedValue>> => {
  const days = draw.pick([0, 6, 30, 400]);
  return draw.pick([
    { on_or_before: drawDate(draw) },
    { on_or_after: drawDate(draw) },
    { between: [`index_date - ${days} days`, 'index_date'] },
    { between: ['index_date', `index_date + ${days} days`] },
  ]);
};

const practiceValues = ['msoa', 'stp_code', 'nuts1_region_name', 'pseudo_id'] as const;
const addressValues = [
  'msoa',
  'index_of_multiple_deprivation',
  'rural_urban_classification',
] as const;

/** Columns whose values come and go with the date. */
const columns: readonly ((draw: Draw) => RecordedValue)[] = [
  (draw) => patients('registered_as_of', { reference_date: drawDate(draw) }),
  (draw) =>
    patients('registered_with_one_practice_between', {
      start_date: 'index_date - 3 months',
      end_date: drawDate(draw),
    }),
  (draw) =>
    patients('with_complete_gp_consultation_history_between', {
      start_date: 'index_date - 3 months',
      end_date: drawDate(draw),
    }),
  (draw) =>
    patients('registered_practice_as_of', {
      date: drawDate(draw),
      returning: draw.pick(practiceValues),
    }),
  (draw) => {
    const returning = draw.pick(addressValues);
    const rounding = returning === 'index_of_multiple_deprivation' ? { round_to_nearest: 100 } : {};
    return patients('address_as_of', { date: drawDate(draw), returning, ...rounding });
  },
  (draw) => patients('age_as_of', { reference_date: drawDate(draw) }),
  (draw) =>
    patients('date_deregistered_from_all_supported_practices', {
      ...drawPeriod(draw),
      date_format: draw.pick(['YYYY-MM-DD', 'YYYY-MM']),
    }),
  (draw) =>
    patients('care_home_status_as_of', {
      date: drawDate(draw),
      categorised_as: dict({
        nursing: "IsPotentialCareHome AND LocationRequiresNursing = 'Y'",
        other: 'IsPotentialCareHome',
        private: 'DEFAULT',
      }),
    }),
  (draw) =>
    patients('with_these_clinical_events', {
      codelist: codes('ctv3'),
      ...drawPeriod(draw),
      returning: draw.pick(['binary_flag', 'number_of_matches_in_period', 'numeric_value']),
      find_first_match_in_period: draw.chance(50),
    }),
  (draw) =>
    patients('with_these_clinical_events', {
      codelist: codes('ctv3'),
      ...drawPeriod(draw),
      returning: 'date',
      date_format: 'YYYY-MM-DD',
      find_last_match_in_period: true,
    }),
];

/** Columns that hang on the date of another, too. */
const afterwards: readonly ((draw: Draw) => RecordedValue)[] = [
  (draw) =>
    patients('with_these_clinical_events', {
      codelist: codes('ctv3'),
      between: ['seen + 1 day', drawDate(draw)],
      returning: draw.pick(['binary_flag', 'number_of_matches_in_period']),
    }),
  () => patients('registered_as_of', { reference_date: 'seen' }),
  () => patients('age_as_of', { reference_date: 'seen + 1 year' }),
  () => patients('satisfying', { expression: 'registered AND (age > 17 OR NOT seen)' }),
];

function drawStudy(draw: Draw): CohortModel {
  const all = [...columns, ...afterwards];
  const drawn = Array.from({ length: draw.whole(1, 6) }, () =>
    all[draw.whole(0, all.length - 1)]?.(draw),
  ).filter((call) => call !== undefined);
  const steps = draw.some(['registered', 'age >= 18', 'NOT (seen AND registered)', 'age < 90'], 30);
  const study = lower(
    {
      registered: patients('registered_as_of', { reference_date: drawDate(draw) }),
      age: patients('age_as_of', { reference_date: drawDate(draw) }),
      seen: patients('with_these_clinical_events', {
        codelist: codes('ctv3'),
        ...drawPeriod(draw),
        returning: 'date',
        date_format: 'YYYY-MM-DD',
        find_last_match_in_period: true,
      }),
      ...Object.fromEntries(drawn.map((call, index) => [`drawn_${index}`, call])),
    },
    {
      indexDate: '2020-01-15',
      population: patients('satisfying', { expression: steps.join(' AND ') || 'age > -200' }),
    },
  );
  return toModel(study, { today: TODAY, includeTypeOneOptOuts: draw.chance(20) });
}

const people = [1, 2, 3, 5, 8, 13, 21, 34] as const;
const tables = [
  'Patient',
  'AllowedPatientsWithTypeOneDissent',
  'RegistrationHistory',
  'Organisation',
  'PatientAddress',
  'PotentialCareHomeAddress',
  'CodedEvent',
] as const;

function drawDatabase(draw: Draw): Source {
  const row = (table: (typeof tables)[number], number: number, patient?: number): Row => {
    const { columns: all, key } = tppSchema[table];
    return Object.fromEntries(
      Object.entries(all).map(([name, { type }]) => [
        name,
        name === key ? (patient ?? number) : cellOf(draw, name, type, patient),
      ]),
    );
  };
  const several = (table: (typeof tables)[number], most: number): readonly Row[] =>
    Array.from({ length: draw.whole(most / 2, most) }, (_, index) => row(table, index + 1));
  const once = (table: (typeof tables)[number]): readonly Row[] =>
    draw.some(people, 85).map((patient, index) => row(table, index + 1, patient));
  return {
    schema: tppSchema,
    files: {},
    database: {
      Patient: once('Patient'),
      AllowedPatientsWithTypeOneDissent: once('AllowedPatientsWithTypeOneDissent'),
      RegistrationHistory: several('RegistrationHistory', 24),
      Organisation: [1, 2, 3].map((number) => row('Organisation', number)),
      PatientAddress: several('PatientAddress', 24),
      PotentialCareHomeAddress: several('PotentialCareHomeAddress', 8),
      CodedEvent: several('CodedEvent', 30),
    },
  };
}

function cellOf(draw: Draw, name: string, type: ValueType, patient?: number): Constant {
  if (name === 'Patient_ID') return patient ?? draw.pick(people);
  if (name === 'CTV3Code') return draw.pick(['XE2', 'XE3', 'XE4', null]);
  if (name.startsWith('LocationR') || name.startsWith('LocationD')) return draw.pick(['Y', 'N']);
  if (name === 'DateOfBirth') return MIDDLE - draw.whole(0, 36_000);
  if (name === 'EndDate' && draw.chance(40)) return NEVER;
  if (name.endsWith('_ID')) return draw.whole(1, 4);
  return type === 'date' && !draw.chance(90) ? null : drawCell(draw, type);
}

function drawDates(draw: Draw): readonly number[] {
  const start = MIDDLE + draw.whole(-40, 10);
  const step = draw.pick([7, 1, 30, 365, 3]);
  // More than fit in one batch, too.
  return Array.from({ length: draw.pick([3, 2, 5, 8, 20, 60]) }, (_, at) => start + at * step);
}

const drawQuestions = (draw: Draw) => ({
  source: drawDatabase(draw),
  dates: drawDates(draw),
  models: Array.from({ length: STUDIES }, () => drawStudy(draw)),
});

test(
  'studies whose people come and go give at all dates together what they give at each',
  async () => {
    let same = 0;
    let moving = 0;
    await fc.assert(
      fc.asyncProperty(drawn(drawQuestions), async ({ source, dates, models }) => {
        using loaded = await loadRows(source);
        for (const model of models) {
          const told = `${dates.map(isoOf).join(' ')}\n${printModel(model)}`;
          const expected = dates.map((date) => evaluateCohort(model, source, date));
          expect(await loaded.cohorts(model, dates), told).toEqual(expected);
          for (const [at, date] of [dates[0], dates.at(-1)].entries()) {
            if (date === undefined) continue;
            const alone = await loaded.cohorts(model, [date]);
            expect(alone, told).toEqual([expected.at(at === 0 ? 0 : -1)]);
          }
          if (new Set(expected.map(({ rows }) => JSON.stringify(rows))).size > 1) moving += 1;
          else same += 1;
        }
      }),
      { numRuns: databases, endOnFailure: true },
    );
    // Otherwise nothing would have been tried.
    expect(moving).toBeGreaterThan(same);
  },
  patience,
);
