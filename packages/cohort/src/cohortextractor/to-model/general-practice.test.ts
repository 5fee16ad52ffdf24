/** Consultations, vaccinations and decision support (cohort-extractor §1.8, 25–28 and 40; §7.5). */
import { dict, type Python } from '../testing.ts';
import { type Case, codes, example, type Rows, specify } from './cases.testing.ts';

type Given = Readonly<Record<string, Python>>;
const procedures = codes('snomed', ['111']);
const inPeriod = { between: ['2020-01-01', 'index_date'] };
const onDate = { returning: 'date', date_format: 'YYYY-MM-DD' };
const first = { find_first_match_in_period: true };
const count = { returning: 'number_of_matches_in_period' };

const consultations = (given: Given = {}) => ['with_gp_consultations', given] as const;
const seen = (...given: readonly (readonly [string | null, number | null])[]): Rows => ({
  Appointment: given.map(([SeenDate, Status]) => ({ SeenDate, Status })),
});

const vaccinated = (given: Given) => ['with_tpp_vaccination_record', given] as const;
const either = (tpp: Given, given: Given = {}) =>
  [
    'with_vaccination_record',
    { tpp: dict(tpp), emis: dict({ procedure_codes: procedures }), ...given },
  ] as const;
const given = (...doses: readonly (readonly [string | null, number])[]): Rows => ({
  Vaccination: doses.map(([VaccinationDate, VaccinationName_ID]) => ({
    VaccinationDate,
    VaccinationName_ID,
    VaccinationName: 'as it was typed',
  })),
});
const flu = { target_disease_matches: 'INFLUENZA' };

const frailty = (given: Given = {}) =>
  [
    'with_these_decision_support_values',
    { algorithm: 'electronic_frailty_index', ...given },
  ] as const;
const scored = (...values: readonly (readonly [string, number | null, number?])[]): Rows => ({
  DecisionSupportValue: values.map(([CalculationDateTime, NumericValue, AlgorithmType = 1]) => ({
    CalculationDateTime,
    NumericValue,
    AlgorithmType,
  })),
});

const shared: Rows = {
  VaccinationReference: [
    { VaccinationName_ID: 1, VaccinationName: 'Fluvac', VaccinationContent: 'INFLUENZA' },
    { VaccinationName_ID: 2, VaccinationName: 'Both', VaccinationContent: 'INFLUENZA' },
    { VaccinationName_ID: 2, VaccinationName: 'Both', VaccinationContent: 'COVID' },
    { VaccinationName_ID: 3, VaccinationName: 'Covvac', VaccinationContent: 'COVID' },
  ],
};

const came = [1, 3, 4, 8, 9, 16];
const stayedAway = [0, 2, 5, 6, 10, 11, 12, 14, 15];
const worker = 'with_healthcare_worker_flag_on_covid_vaccine_record';

const cases: readonly Case[] = [
  example('consultations: none', consultations(), {}, false),
  ...came.map((status) =>
    example(
      `consultations: status ${status} is one`,
      consultations(),
      seen(['2020-01-01', status]),
      true,
    ),
  ),
  ...stayedAway.map((status) =>
    example(
      `consultations: status ${status} is none`,
      consultations(),
      seen(['2020-01-01', status]),
      false,
    ),
  ),
  example('consultations: no status is none', consultations(), seen(['2020-01-01', null]), false),
  example(
    'consultations: counted',
    consultations({ ...count, ...inPeriod }),
    seen(
      ['2019-12-31', 1],
      ['2020-01-01', 1],
      ['2020-02-29T17:30', 4],
      ['2020-02-29', 2],
      ['2020-03-01', 1],
    ),
    2,
  ),
  example(
    'consultations: the last',
    consultations(onDate),
    seen(['2020-01-01', 1], ['2020-02-02', 1]),
    '2020-02-02',
  ),
  example(
    'consultations: the first',
    consultations({ ...onDate, ...first }),
    seen(['2020-01-01', 1], ['2020-02-02', 1]),
    '2020-01-01',
  ),
  example('consultations: none has no date', consultations(onDate), {}, null),

  example('vaccination: against a disease', vaccinated(flu), given(['2020-01-01', 1]), true),
  example('vaccination: against another', vaccinated(flu), given(['2020-01-01', 3]), false),
  example('vaccination: none', vaccinated(flu), {}, false),
  example(
    'vaccination: diseases are whole texts',
    vaccinated({ target_disease_matches: 'INFLU' }),
    given(['2020-01-01', 1]),
    false,
  ),
  example(
    'vaccination: with a product of the reference',
    vaccinated({ product_name_matches: ['Nothing', 'Fluvac'] }),
    given(['2020-01-01', 1]),
    true,
  ),
  example(
    'vaccination: not with what was typed',
    vaccinated({ product_name_matches: 'as it was typed' }),
    given(['2020-01-01', 1]),
    false,
  ),
  example(
    'vaccination: a product against several diseases',
    vaccinated({ target_disease_matches: 'COVID', product_name_matches: 'Both' }),
    given(['2020-01-01', 2]),
    true,
  ),
  example(
    'vaccination: disease and product both have to match',
    vaccinated({ target_disease_matches: 'COVID', product_name_matches: 'Fluvac' }),
    given(['2020-01-01', 1], ['2020-01-01', 3]),
    false,
  ),
  example(
    'vaccination: what the reference does not list is not seen',
    vaccinated({}),
    given(['2020-01-01', 9]),
    false,
  ),
  example('vaccination: any that it lists', vaccinated({}), given(['2020-01-01', 3]), true),
  example(
    'vaccination: the last day whatever the hour',
    vaccinated({ ...flu, ...inPeriod }),
    given(['2020-02-29T12:00', 1]),
    true,
  ),
  example(
    'vaccination: the day after',
    vaccinated({ ...flu, ...inPeriod }),
    given(['2020-03-01', 1]),
    false,
  ),
  example(
    'vaccination: the last',
    vaccinated({ ...flu, ...onDate }),
    given(['2020-01-01', 1], ['2020-02-02', 2]),
    '2020-02-02',
  ),
  example(
    'vaccination: the first',
    vaccinated({ ...flu, ...onDate, ...first }),
    given(['2020-01-01', 1], ['2020-02-02', 2]),
    '2020-01-01',
  ),
  example('vaccination: none has no date', vaccinated({ ...flu, ...onDate }), {}, null),
  example(
    'vaccination of either backend: TPP matchers',
    either(flu),
    given(['2020-01-01', 1]),
    true,
  ),
  example('vaccination of either backend: none', either(flu), given(['2020-01-01', 3]), false),
  example(
    'vaccination of either backend: the first',
    either({ product_name_matches: ['Both', 'Covvac'] }, { ...onDate, ...first }),
    given(['2020-01-01', 3], ['2020-02-02', 2]),
    '2020-01-01',
  ),
  example(
    'vaccination of either backend: after the first day of the period',
    either(flu, { ...onDate, on_or_after: '2020-01-02' }),
    given(['2020-01-01', 1], ['2020-02-02', 2]),
    '2020-02-02',
  ),

  example(
    'frailty: the last value',
    frailty(),
    scored(['2020-01-01', 0.1], ['2020-02-02', 0.25]),
    0.25,
  ),
  example(
    'frailty: the first value',
    frailty(first),
    scored(['2020-01-01', 0.1], ['2020-02-02', 0.25]),
    0.1,
  ),
  example('frailty: none is 0.0', frailty(), {}, 0),
  example('frailty: no other algorithm', frailty(), scored(['2020-01-01', 0.1, 2]), 0),
  example(
    'frailty: of one moment the smallest value, since nothing ends the tie',
    frailty(),
    scored(['2020-01-01', 0.3], ['2020-01-01', 0.2]),
    0.2,
  ),
  example(
    'frailty: a flag',
    frailty({ returning: 'binary_flag' }),
    scored(['2020-01-01', 0.1]),
    true,
  ),
  example(
    'frailty: counted',
    frailty({ ...count, ...inPeriod }),
    scored(['2020-01-01', 0], ['2019-01-01', 0.1]),
    1,
  ),
  example(
    'frailty: missing values are ignored',
    frailty({ ...count, ignore_missing_values: true }),
    scored(['2020-01-01', 0], ['2020-01-01', null], ['2019-01-01', 0.1]),
    1,
  ),
  example(
    'frailty: the value before the missing one',
    frailty({ ignore_missing_values: true }),
    scored(['2020-01-01', 0], ['2019-01-01', 0.1]),
    0.1,
  ),
  example('frailty: its date', frailty(onDate), scored(['2020-01-01T10:00', 0.1]), '2020-01-01'),

  example(
    'healthcare worker: one line says so',
    [worker],
    { HealthCareWorker: [{ HealthCareWorker: 'N' }, { HealthCareWorker: 'Y' }] },
    true,
  ),
  example(
    'healthcare worker: none says so',
    [worker],
    { HealthCareWorker: [{ HealthCareWorker: 'N' }] },
    false,
  ),
  example('healthcare worker: nothing is known', [worker], {}, false),
];

specify(cases, shared);
