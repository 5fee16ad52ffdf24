import { describe, expect, it } from 'vitest';
import type { RecordedValue } from '../record/document.ts';
import { lowerStudy } from './lower-study.ts';
import type { Study } from './study.ts';
import {
  codes,
  columnOf,
  dict,
  faultsOf,
  float,
  lower,
  type Python,
  patients,
  recordedModule,
  tuple,
} from './testing.ts';

const names = (study: Study): readonly string[] =>
  study.columns.map(({ name, hidden }) => (hidden ? `(${name})` : name));

const said = (columns: Readonly<Record<string, RecordedValue>>, parts = {}): readonly string[] =>
  faultsOf(columns, parts).map(({ message, hint }) => `${message} ${hint}`);

const sex = (): RecordedValue => patients('sex');
const age = (): RecordedValue => patients('age_as_of', { reference_date: 'index_date' });
const event = (given: Readonly<Record<string, Python>> = {}): RecordedValue =>
  patients('with_these_clinical_events', { codelist: codes('ctv3'), ...given });
const dated = (date_format: string | null = 'YYYY-MM-DD'): RecordedValue =>
  event({ returning: 'date', date_format });
const satisfying = (
  expression: string,
  helpers: Readonly<Record<string, RecordedValue>> = {},
): RecordedValue => patients('satisfying', { expression }, helpers);

describe('the order of columns', () => {
  it('is that of the definition, helpers just before their owner, the population last', () => {
    const study = lower(
      {
        age: age(),
        outer: satisfying('inner AND sex = "F"', {
          inner: satisfying('events > 1', {
            events: event({ returning: 'number_of_matches_in_period' }),
          }),
          sex: sex(),
        }),
        bmi: patients('most_recent_bmi', { include_measurement_date: true, include_day: true }),
        latest: patients(
          'maximum_of',
          { column_names: tuple('bmi_date_measured', '2020-01-01') },
          {
            died: patients('died_from_any_cause', {
              returning: 'date_of_death',
              date_format: 'YYYY-MM-DD',
            }),
          },
        ),
      },
      { population: satisfying('registered', { registered: patients('all') }) },
    );
    expect(names(study)).toEqual([
      'age',
      '(events)',
      '(inner)',
      '(sex)',
      'outer',
      'bmi',
      'bmi_date_measured',
      '(died)',
      '(fixed_value_1)',
      'latest',
      '(registered)',
      'population',
    ]);
    expect(columnOf(study, 'latest').definition).toEqual({
      kind: 'aggregate',
      function: 'maximum',
      inputs: ['bmi_date_measured', 'fixed_value_1', 'died'],
    });
  });

  it('gives literal dates names that nothing else has', () => {
    const study = lower({
      fixed_value_1: sex(),
      first: patients('minimum_of', { column_names: tuple('2020-01-01', '2020-02-01') }),
      second: patients('maximum_of', { column_names: tuple('2020-03-01') }),
    });
    expect(names(study)).toEqual([
      'fixed_value_1',
      '(fixed_value_2)',
      '(fixed_value_3)',
      'first',
      '(fixed_value_4)',
      'second',
      'population',
    ]);
  });
});

describe('names', () => {
  it.each([
    [{ patient_id: sex() }, /"patient_id" is the name of a column that every study has/],
    [{ 'a b': sex() }, /"a b" cannot be the name/],
    [
      { sex: sex(), a: satisfying('sex', { sex: sex() }) },
      /two columns named "sex"; the first is on line/,
    ],
    [{ a: satisfying('x', { population: sex(), x: sex() }) }, /two columns named "population"/],
    [{ a: 'sex' }, /Column "a" is "sex", not a patients/],
    [{ a: null }, /Column "a" is None, not a patients/],
  ])('%#: %s', (columns, words) => {
    expect(said(columns).join('\n')).toMatch(words);
  });
});

describe('types of categories', () => {
  const typed = (mapping: ReadonlyMap<Python, Python>): string => {
    const columns = {
      flag: patients('all'),
      column: patients('categorised_as', { category_definitions: mapping }),
    };
    const [fault] = said(columns);
    return fault ?? columnOf(lower(columns), 'column').type;
  };

  it.each<[string, readonly Python[], string | RegExp]>([
    ['text', ['young', 'old'], 'str'],
    ['text and nothing', ['young', ''], 'str'],
    ['0 and 1', [1, 0], 'bool'],
    ['0, 1 and 2', [1, 0, 2], 'int'],
    ['1 alone', [1], 'int'],
    ['decimals', [float(1), float(0.5)], 'float'],
    ['dates', ['2020-01-01', '2021-01-01'], 'date'],
    ['numbers and text', [1, 'old'], /different types: int and str/],
    ['whole and decimal numbers', [1, float(2)], /different types: int and float/],
    ['dates and text', ['2020-01-01', ''], /different types: date and str/],
    ['a date that does not exist', ['2020-02-30', '2020-01-01'], /"2020-02-30" is not a date/],
    ['True and False', [true, false], /True or False.*Write 1 and 0/],
    ['None', [null, null], /a category that is None/],
  ])('%s', (_title, keys, expected) => {
    const mapping = new Map(
      keys.map((key, index) => [key, index === keys.length - 1 ? 'DEFAULT' : 'flag'] as const),
    );
    expect(typed(mapping)).toMatch(expected);
  });

  it.each<[string, Python, RegExp]>([
    ['no default', dict({ a: 'flag' }), /no category has the expression "DEFAULT"/],
    ['two defaults', dict({ a: 'DEFAULT', b: 'DEFAULT' }), /2 categories have the expression/],
    ['none', dict({}), /there are no categories/],
    ['no dictionary', ['flag'], /are a list of 1, not a dictionary/],
    ['no text', dict({ a: 5, b: 'DEFAULT' }), /of category a is the number 5, not text/],
  ])('%s', (_title, mapping, words) => {
    const column = patients('categorised_as', { category_definitions: mapping });
    expect(said({ flag: patients('all'), column }).join()).toMatch(words);
  });

  it('keep the order of the study, and what may appear', () => {
    const categories = dict({ z: 'flag', a: 'NOT flag', m: 'DEFAULT' });
    const study = lower({
      flag: patients('all'),
      column: patients('categorised_as', { category_definitions: categories }),
      grouped: patients('with_these_clinical_events', {
        codelist: codes('ctv3_grouped'),
        returning: 'category',
      }),
    });
    expect(columnOf(study, 'column')).toMatchObject({
      labels: ['z', 'a', 'm'],
      definition: { categories: [{ value: 'z' }, { value: 'a' }], otherwise: 'm' },
    });
    expect(columnOf(study, 'grouped').labels).toEqual(['1', '2']);
    expect(columnOf(study, 'flag').labels).toBeNull();
  });
});

describe('columns that refer to others', () => {
  it.each<[string, Readonly<Record<string, RecordedValue>>, RegExp]>([
    [
      'below',
      { a: satisfying('b'), b: sex() },
      /"b" in an expression, but "b" is defined further down\. Move "b" above "a"/,
    ],
    ['themselves', { a: satisfying('a = 1') }, /"a" refers to itself in an expression/],
    ['nothing', { sex: sex(), a: satisfying('sexx = "F"') }, /no such column.*Did you mean "sex"/],
    ['the population', { a: satisfying('population') }, /further down/],
    [
      'an aggregate of a later one',
      { a: patients('maximum_of', { column_names: tuple('b') }), b: age() },
      /in patients\.maximum_of, but "b" is defined further down/,
    ],
    [
      'a later date',
      { a: event({ on_or_after: 'b + 1 day' }), b: dated() },
      /"b" in "on_or_after", but/,
    ],
  ])('%s', (_title, columns, words) => {
    expect(said(columns)).toEqual([expect.stringMatching(words)]);
  });

  it('may be used by the population wherever they stand', () => {
    const study = lower({ a: age() }, { population: satisfying('a > 17') });
    expect(columnOf(study, 'population').type).toBe('bool');
  });

  it('are not blamed for the faults of those they use', () => {
    const faults = said({
      bad: event({ returning: 'nothing' }),
      removed: patients('with_an_ons_cis_record'),
      a: satisfying('bad AND removed'),
      b: patients('date_of', { source: 'bad' }),
      c: patients('date_of', { source: 'removed' }),
      d: patients('maximum_of', { column_names: tuple('bad', 'removed') }),
      e: event({ on_or_after: 'removed' }),
      f: patients('comparator_from', { source: 'removed' }),
    });
    expect(faults).toHaveLength(2);
  });
});

describe('dates of other columns in dates', () => {
  it.each<[string, RecordedValue, string, RegExp | null]>([
    ['of the day', dated('YYYY-MM-DD'), 'x + 1 day', null],
    ['of the month', dated('YYYY-MM'), 'last_day_of_month(x)', null],
    ['of the year', dated('YYYY'), 'x', /gives the year only/],
    ['of no stated format', dated(null), 'x', /gives the year only.*date_format/],
    ['of no date', sex(), 'x', /refers to "x", which is of type str/],
    ['of a fixed date', patients('fixed_value', { value: '2020-01-01' }), 'x - 1 year', null],
    ['with a school year', dated(), 'first_day_of_school_year(x)', /school year of a column/],
    ['with an unknown unit', dated(), 'x + 1 week', /7 days is 1 week/],
  ])('%s', (_title, x, on_or_after, words) => {
    const faults = said({ x, a: event({ on_or_after }) });
    expect(faults).toEqual(words === null ? [] : [expect.stringMatching(words)]);
  });

  it('are kept as expressions, as are those of the index date', () => {
    const between = ['x + 1 day', 'last_day_of_month(index_date)'];
    const study = lower({ x: dated(), a: event({ between }) });
    expect(columnOf(study, 'a').definition).toMatchObject({
      period: {
        from: { to: { kind: 'column', name: 'x' }, offset: { count: 1, unit: 'days' } },
        to: { to: { kind: 'index-date' }, function: 'last_day_of_month' },
      },
    });
  });
});

describe('the index date', () => {
  it.each<[Python, RegExp]>([
    ['2020-02-30', /index_date is "2020-02-30", which is not a date/],
    ['today', /index_date is "today"/],
    [20200201, /index_date is the number 20200201/],
  ])('%j is refused, once', (indexDate, words) => {
    expect(said({ a: age() }, { indexDate })).toEqual([expect.stringMatching(words)]);
  });

  it('is needed by dates that count from it', () => {
    expect(said({ a: age() }, { indexDate: null })).toEqual([
      expect.stringMatching(/"index_date" in "reference_date" needs an index date/),
    ]);
    expect(lower({ a: sex() }, { indexDate: null }).indexDate).toBeNull();
  });
});

describe('dates that belong to values', () => {
  it('come from older flags with format, expectations and visibility of their owner', () => {
    const study = lower({
      flag: satisfying('bp_date', {
        bp: event({
          returning: 'numeric_value',
          include_date_of_match: true,
          date_format: 'YYYY-MM',
          return_expectations: dict({ incidence: 0.5 }),
        }),
      }),
    });
    expect(columnOf(study, 'bp_date')).toMatchObject({
      type: 'date',
      hidden: true,
      dateFormat: 'YYYY-MM',
      expectations: { incidence: 0.5 },
      definition: { kind: 'date-of', source: 'bp' },
    });
  });

  it('leave a column alone that the study defines under that name', () => {
    const study = lower({
      bp: event({ returning: 'numeric_value', include_date_of_match: true }),
      bp_date: patients('date_of', { source: 'bp', date_format: 'YYYY-MM-DD' }),
    });
    expect(names(study)).toEqual(['bp', 'bp_date', 'population']);
    expect(columnOf(study, 'bp_date').dateFormat).toBe('YYYY-MM-DD');
  });

  it('settle how their source is written, the last of them for good', () => {
    const study = lower({
      x: dated('YYYY-MM-DD'),
      a: patients('date_of', { source: 'x', date_format: 'YYYY-MM' }),
      b: patients('date_of', { source: 'x' }),
    });
    expect(study.columns.map(({ dateFormat }) => dateFormat)).toEqual([
      'YYYY',
      'YYYY-MM',
      'YYYY',
      undefined,
    ]);
  });

  it('cannot be taken from dates', () => {
    expect(
      said({
        x: dated(),
        a: patients('date_of', { source: 'x' }),
        b: patients('date_of', { source: 'a' }),
      }),
    ).toEqual([expect.stringMatching(/asks for the date of "a", which is itself the date/)]);
  });
});

describe('maximum and minimum', () => {
  it.each<[string, Readonly<Record<string, RecordedValue>>, RegExp | null]>([
    ['of numbers', { a: age(), b: age() }, null],
    ['of text', { a: sex(), b: sex() }, null],
    ['of different types', { a: age(), b: sex() }, /"a" is of type int and "b" of type str/],
    ['of dates of one format', { a: dated(), b: dated() }, null],
    ['of dates of the year, stated or not', { a: dated('YYYY'), b: dated(null) }, null],
    [
      'of dates of two formats',
      { a: dated(), b: dated('YYYY-MM') },
      /"a" has dates as YYYY-MM-DD and "b" as YYYY-MM/,
    ],
    [
      'of dates, one of them at fault, which alone is told',
      { a: event({ returning: 'date', date_format: 'DD-MM-YYYY' }), b: dated(), c: dated() },
      /date_format "DD-MM-YYYY"/,
    ],
  ])('%s', (_title, columns, words) => {
    const faults = said({
      ...columns,
      m: patients('minimum_of', { column_names: tuple('a', 'b') }),
    });
    expect(faults).toEqual(words === null ? [] : [expect.stringMatching(words)]);
  });

  it('take the format of what they are made of, however deep', () => {
    const study = lower({
      a: dated('YYYY-MM'),
      inner: patients('minimum_of', { column_names: tuple('a') }),
      outer: patients('maximum_of', { column_names: tuple('inner', 'a') }),
    });
    expect(columnOf(study, 'outer')).toMatchObject({ type: 'date', dateFormat: 'YYYY-MM' });
  });

  it('take no expectations', () => {
    const outer = patients(
      'maximum_of',
      { column_names: tuple('a') },
      {
        return_expectations: dict({ incidence: 1 }),
      },
    );
    expect(said({ a: age(), outer })).toEqual([
      expect.stringMatching(/patients\.maximum_of takes no return_expectations/),
    ]);
  });
});

describe('arguments after lowering', () => {
  it('are complete, in today’s words, without those that shape the column', () => {
    const study = lower({
      a: patients('with_these_medications', {
        codelist: codes('snomed_grouped'),
        return_last_date_in_period: true,
        include_day: true,
        on_or_before: '2020-01-31',
        ignore_days_where_these_clinical_codes_occur: codes('ctv3'),
        return_expectations: dict({ incidence: 0.2, date: dict({ latest: 'index_date' }) }),
      }),
    });
    expect(columnOf(study, 'a')).toEqual({
      name: 'a',
      type: 'date',
      hidden: false,
      dateFormat: 'YYYY-MM-DD',
      definition: {
        kind: 'records',
        function: 'with_these_medications',
        arguments: {
          codelist: { system: 'snomed', codes: ['111', '222'], categories: ['low', 'high'] },
          find_first_match_in_period: false,
          find_last_match_in_period: true,
          returning: 'date',
          ignore_days_where_these_codes_occur: {
            system: 'ctv3',
            codes: ['XE2', 'XE3'],
            categories: null,
          },
          episode_defined_as: null,
        },
        period: { to: { kind: 'date', day: 18_292 } },
      },
      expectations: { incidence: 0.2, date: { latest: 'index_date' } },
      labels: null,
      place: { file: 'analysis/study_definition.py', line: expect.any(Number) },
    });
  });

  it.each<[string, Readonly<Record<string, Python>>, Readonly<Record<string, unknown>>]>([
    [
      'with_these_clinical_events',
      {
        codelist: codes('ctv3'),
        returning: 'number_of_episodes',
        episode_defined_as: 'series of events each <= 14 days apart',
      },
      { episode_defined_as: 14, ignore_missing_values: false },
    ],
    [
      'admitted_to_hospital',
      { with_admission_method: [21, '2A'] },
      { with_admission_method: ['21', '2A'], with_these_diagnoses: null },
    ],
    [
      'with_tpp_vaccination_record',
      { target_disease_matches: 'X', product_name_matches: [] },
      { target_disease_matches: ['X'], product_name_matches: null },
    ],
    [
      'with_vaccination_record',
      { tpp: dict({ product_name_matches: 'X' }), emis: dict({ product_codes: codes('snomed') }) },
      {
        tpp: { target_disease_matches: null, product_name_matches: ['X'] },
        emis: { procedure_codes: null, product_codes: ['111', '222'] },
      },
    ],
    [
      'with_covid_therapeutics',
      { with_these_statuses: [' Approved '] },
      { with_these_statuses: ['Approved'], with_these_indications: null },
    ],
    [
      'with_test_result_in_sgss',
      { pathogen: 'SARS-CoV-2' },
      { test_result: 'any', restrict_to_earliest_specimen_date: true },
    ],
    ['most_recent_bmi', { minimum_age_at_measurement: '18' }, { minimum_age_at_measurement: 18 }],
    ['age_as_of', { reference_date: '1970-01-02' }, { reference_date: { kind: 'date', day: 1 } }],
    [
      'care_home_status_as_of',
      { date: 'index_date' },
      {
        categorised_as: {
          type: 'bool',
          categories: [{ value: true, when: { kind: 'present', name: 'IsPotentialCareHome' } }],
          otherwise: false,
        },
      },
    ],
  ])('of %s(%j)', (name, given, expected) => {
    const { definition } = columnOf(lower({ a: patients(name, given) }), 'a');
    expect(definition).toMatchObject({ kind: 'records', arguments: expected });
  });
});

describe('a study', () => {
  it('keeps default expectations as plain data', () => {
    const study = lower(
      { a: sex() },
      {
        defaultExpectations: dict({
          date: dict({ earliest: '1900-01-01', latest: 'today' }),
          category: dict({
            ratios: new Map<Python, Python>([
              [1, 0.5],
              [float(2), 0.5],
            ]),
          }),
        }),
      },
    );
    expect(study.defaultExpectations).toEqual({
      date: { earliest: '1900-01-01', latest: 'today' },
      category: { ratios: { '1': 0.5, '2.0': 0.5 } },
    });
    expect(lower({}, { defaultExpectations: dict({}) }).defaultExpectations).toBeNull();
    expect(said({}, { defaultExpectations: 'none' })).toEqual([
      expect.stringMatching(/default_expectations is "none", not a dictionary/),
    ]);
  });

  it('has a population that says yes or no', () => {
    expect(said({}, { population: sex() })).toEqual([
      expect.stringMatching(/The population is a column of type str/),
    ]);
  });

  it('tells all faults at once, each with its line', () => {
    const faults = faultsOf({
      a: patients('with_these_clinical_events', { codelist: codes('icd10'), on_or_afer: 'today' }),
      b: satisfying('a AND AND b'),
      c: patients('age_as_of', { reference_date: 'indexdate' }),
    });
    expect(faults.map(({ code, place }) => [code, place?.line])).toEqual([
      ['unknown-argument', 1],
      ['wrong-coding-system', 1],
      ['bad-expression', 2],
      ['bad-date', 3],
    ]);
  });

  it('that was not recorded says why', () => {
    const module = {
      ...recordedModule({}),
      definition: null,
      fault: {
        kind: 'exception',
        exception: 'NameError',
        message: 'name x is not defined',
        place: null,
        trace: [],
      },
    } as const;
    expect(() => lowerStudy(module)).toThrow('NameError: name x is not defined');
  });
});

describe('measures', () => {
  const columns = () => ({
    sex: sex(),
    age: age(),
    died: dated(),
    event: satisfying('helper', { helper: event() }),
  });
  const measure = { id: 'rate', numerator: 'event', denominator: 'population' };
  const measured = (given: Readonly<Record<string, Python>>) =>
    lower(columns(), { measures: [{ ...measure, ...given }] }).measures[0];

  it.each<[Readonly<Record<string, Python>>, unknown]>([
    [{}, { groupBy: null, smallNumberSuppression: false }],
    [{ group_by: [] }, { groupBy: null }],
    [{ group_by: 'sex' }, { groupBy: ['sex'] }],
    [
      { group_by: tuple('sex', 'age'), small_number_suppression: true },
      { groupBy: ['sex', 'age'], smallNumberSuppression: true },
    ],
    [{ group_by: ['population'] }, { groupBy: ['population'] }],
    [{ group_by: ['died'], numerator: 'age' }, { numerator: 'age' }],
  ])('%j', (given, expected) => {
    expect(measured(given)).toMatchObject(expected as object);
  });

  it.each<[Readonly<Record<string, Python>>, RegExp]>([
    [{ numerator: 'evnt' }, /numerator "evnt" is not a column of the study.*Did you mean "event"/],
    [{ denominator: 'helper' }, /denominator "helper" is a helper column/],
    [{ numerator: 'sex' }, /numerator "sex" is of type str/],
    [{ group_by: 'sexx' }, /group "sexx" is not a column/],
    [{ group_by: ['event', 'sex'] }, /"event" is both numerator and a group/],
    [{ group_by: ['population', 'sex'] }, /"population" is both denominator and a group/],
    [{ numerator: 5 }, /numerator is the number 5/],
    [{ id: 'a/b' }, /id cannot be part of a file name/],
    [{ id: null }, /Measure "None": the id/],
  ])('%j is refused', (given, words) => {
    const measures = [{ ...measure, ...given }];
    expect(said(columns(), { measures })).toEqual([expect.stringMatching(words)]);
  });

  it('each have an id of their own', () => {
    expect(said(columns(), { measures: [measure, measure] })).toEqual([
      expect.stringMatching(/there is another measure with this id/),
    ]);
  });
});

describe('categories that the expectations of a column write as whole numbers', () => {
  it.each<[string, readonly RecordedValue[], true | undefined]>([
    ['are marked', [1, 2], true],
    ['but not as text', ['1', '2'], undefined],
    ['nor where some are text', [1, 'x'], undefined],
    ['nor flags', [true, false], undefined],
  ])('%s', (_title, keys, numeric) => {
    const ratios = { dict: keys.map((key) => [key, { float: 0.5 }] as const) };
    const study = lower({
      x: patients('sex', { return_expectations: dict({ category: dict({ ratios }) }) }),
    });
    expect(columnOf(study, 'x').numericRatios).toBe(numeric);
  });
});
