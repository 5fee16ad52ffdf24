/** The expectations of one column: merged with the defaults, checked, and turned into numbers (cohort-extractor §4.1). */
import type { Diagnostic, Place } from '@vitrine/pipeline';
import type { ArgumentValue, StudyColumn } from '../cohortextractor/study.ts';
import { dummyFaults } from './faults.ts';
import { blankCount } from './incidence.ts';

export type Dict = Readonly<Record<string, ArgumentValue>>;

export type Rate = 'exponential_increase' | 'uniform' | 'universal';

export type Distribution =
  | { readonly kind: 'normal'; readonly mean: number; readonly stddev: number }
  | { readonly kind: 'poisson'; readonly mean: number }
  | { readonly kind: 'population_ages' };

/** One end of the expected dates, not yet worked out. Null was written as None. */
export interface ExpectedDate {
  readonly value: ArgumentValue;
  /** Whether the column itself says so; otherwise the study's defaults do. */
  readonly own: boolean;
}

/** How dummy values of a column are made. It follows the column's type, with the exceptions of §4.2. */
export type GeneratorKind = 'bool' | 'int' | 'float' | 'category' | 'date';

export interface Expectations {
  readonly rate: Rate;
  /** How many rows have no value. */
  readonly blanks: number;
  readonly earliest: ExpectedDate;
  readonly latest: ExpectedDate;
  /** For kinds int and float. */
  readonly distribution: Distribution | null;
  /** For kind category: label and weight. */
  readonly ratios: readonly (readonly [string, number])[];
}

export interface ExpectationsQuestion {
  readonly column: StudyColumn;
  readonly kind: GeneratorKind;
  /** The expectations that the column itself gives: for date_of, those of its source. */
  readonly own: Dict | null;
  readonly defaults: Dict | null;
  /** Where a fault of the defaults lies. */
  readonly defaultsPlace: Place;
  /** Rows of a table. */
  readonly rows: number;
  /** Whether a date column decides which rows are blank, so that the incidence is not used. */
  readonly masked: boolean;
  /** The labels that may appear, or null where any may. */
  readonly labels: readonly string[] | null;
}

const KEYS = new Set(['rate', 'incidence', 'date', 'category', 'int', 'float', 'bool']);

const DISTRIBUTIONS: Readonly<Record<'int' | 'float', readonly Distribution['kind'][]>> = {
  int: ['normal', 'poisson', 'population_ages'],
  float: ['normal'],
};

function dictOf(value: ArgumentValue | undefined): Dict | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Dict)
    : null;
}

/** Python's truth of a value. */
function isTrue(value: ArgumentValue | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'object') return Object.keys(value).length > 0;
  return Boolean(value) || Number.isNaN(value);
}

/** A value as it would stand in Python. */
export function shown(value: ArgumentValue | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** Dictionaries merged key by key, the second winning. */
function merged(below: Dict, above: Dict): Dict {
  const result: Record<string, ArgumentValue> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = dictOf(below[key]);
    const over = dictOf(value);
    result[key] = under !== null && over !== null ? merged(under, over) : value;
  }
  return result;
}

/** Reads and checks the expectations of one column. Faults are added to `faults`; null when there is one. */
export function readExpectations(
  question: ExpectationsQuestion,
  faults: Diagnostic[],
): Expectations | null {
  const { column, kind, defaultsPlace } = question;
  const own = question.own ?? {};
  const defaults = question.defaults ?? {};
  if (Object.keys(own).length === 0 && Object.keys(defaults).length === 0) {
    faults.push(
      dummyFaults.diagnose('expectations-missing', { column: column.name }, column.place),
    );
    return null;
  }
  const all = merged(defaults, own);
  const before = faults.length;

  /** Who wrote a key: faults of the defaults are told once, where they are. */
  const origin = (key: string): { subject: string; place: Place } =>
    key in own || !(key in defaults)
      ? { subject: `column "${column.name}"`, place: column.place }
      : { subject: 'default_expectations', place: defaultsPlace };

  for (const key of Object.keys(all)) {
    if (KEYS.has(key)) continue;
    const { subject, place } = origin(key);
    faults.push(dummyFaults.diagnose('expectation-unknown', { subject, key }, place));
  }

  const rate = readRate();
  const blanks = rate === 'universal' ? 0 : readBlanks();
  const earliest = readDate('earliest');
  const latest = readDate('latest');
  const distribution = kind === 'int' || kind === 'float' ? readDistribution(kind) : null;
  const ratios = kind === 'category' ? readRatios() : [];
  if (kind === 'bool' && 'bool' in all && !isTrue(all['bool'])) missing('bool');
  if (kind === 'date' && rate === 'universal') {
    faults.push(dummyFaults.diagnose('rate-universal-date', { column: column.name }, column.place));
  }
  return faults.length === before ? { rate, blanks, earliest, latest, distribution, ratios } : null;

  function missing(key: string): void {
    const { name, type } = column;
    faults.push(
      dummyFaults.diagnose('generator-missing', { column: name, type, key }, column.place),
    );
  }

  function readRate(): Rate {
    const rate = 'rate' in all ? all['rate'] : 'exponential_increase';
    if (rate === 'exponential_increase' || rate === 'uniform' || rate === 'universal') return rate;
    const { subject, place } = origin('rate');
    faults.push(dummyFaults.diagnose('rate-unknown', { subject, rate: shown(rate) }, place));
    return 'universal';
  }

  function readBlanks(): number {
    const value = all['incidence'];
    if (!isTrue(value)) {
      faults.push(dummyFaults.diagnose('incidence-missing', { column: column.name }, column.place));
      return 0;
    }
    if (question.masked) return 0;
    // A number in quotes is a slip whose meaning is plain (decision 0003).
    const incidence =
      typeof value === 'string' && value.trim() !== '' ? Number(value) : numberOf(value);
    const blanks = blankCount(incidence, question.rows);
    if (incidence > 0 && blanks >= 0) return blanks;
    const { subject, place } = origin('incidence');
    faults.push(
      dummyFaults.diagnose('incidence-invalid', { subject, incidence: shown(value) }, place),
    );
    return 0;
  }

  function readDate(side: 'earliest' | 'latest'): ExpectedDate {
    const date = dictOf(all['date']);
    if ('date' in all && date === null) {
      // Told for one side only.
      if (side === 'earliest') notADict('date', 'date');
      return { value: null, own: false };
    }
    const value = date?.[side];
    if (value === undefined) {
      faults.push(
        dummyFaults.diagnose(
          'expectation-date-missing',
          { column: column.name, side },
          column.place,
        ),
      );
      return { value: null, own: false };
    }
    return { value, own: side in (dictOf(own['date']) ?? {}) };
  }

  function notADict(section: string, key: string): void {
    const { subject, place } = origin(section);
    faults.push(dummyFaults.diagnose('expectations-not-a-dict', { subject, key }, place));
  }

  function readDistribution(key: 'int' | 'float'): Distribution | null {
    if (!isTrue(all[key])) {
      missing(key);
      return null;
    }
    const section = dictOf(all[key]);
    if (section === null) {
      notADict(key, key);
      return null;
    }
    const known = DISTRIBUTIONS[key];
    const distribution = known.find((name) => name === section['distribution']);
    const { subject, place } = origin(key);
    if (distribution === undefined) {
      faults.push(
        dummyFaults.diagnose(
          'distribution-unknown',
          {
            subject,
            key,
            distribution: shown(section['distribution']),
            known: known.map((name) => `"${name}"`).join(' or '),
          },
          place,
        ),
      );
      return null;
    }
    const parameter = (name: 'mean' | 'stddev', least: number, need: string): number => {
      const value = numberOf(section[name]);
      if (Number.isFinite(value) && value >= least) return value;
      faults.push(
        dummyFaults.diagnose(
          'distribution-value',
          { subject, key, parameter: name, value: shown(section[name]), need },
          place,
        ),
      );
      return 0;
    };
    switch (distribution) {
      case 'normal':
        return {
          kind: 'normal',
          mean: parameter('mean', Number.NEGATIVE_INFINITY, 'a number'),
          stddev: parameter('stddev', 0, 'a number of at least 0'),
        };
      case 'poisson':
        return { kind: 'poisson', mean: parameter('mean', 0, 'a number of at least 0') };
      case 'population_ages':
        return { kind: 'population_ages' };
    }
  }

  function readRatios(): Expectations['ratios'] {
    const ownCategory = dictOf(own['category']);
    if (ownCategory === null && isTrue(own['category'])) {
      notADict('category', 'category');
      return [];
    }
    if (ownCategory === null || !('ratios' in ownCategory)) {
      missing('category');
      return [];
    }
    const ownRatios = dictOf(ownCategory['ratios']);
    const ratios = dictOf(dictOf(all['category'])?.['ratios']);
    if (ownRatios === null || ratios === null) {
      notADict('category', 'ratios');
      return [];
    }
    const { subject, place } = origin('category');
    const { labels } = question;
    const unknown = Object.keys(ownRatios).filter((label) => labels?.includes(label) === false);
    if (labels !== null && unknown.length > 0) {
      faults.push(
        dummyFaults.diagnose(
          'label-unknown',
          { subject, labels: quoted(unknown), known: quoted(labels) },
          place,
        ),
      );
    }
    const weights = Object.entries(ratios).map(([label, value]) => {
      const weight = numberOf(value);
      if (weight >= 0) return [label, weight] as const;
      faults.push(
        dummyFaults.diagnose('ratio-invalid', { subject, label, value: shown(value) }, place),
      );
      return [label, Number.NaN] as const;
    });
    const sum = weights.reduce((total, [, weight]) => total + weight, 0);
    // The tolerance of the original (§4.2): 1.00001 passes.
    if (Math.abs(sum - 1) > 1e-8 + 1e-5) {
      const text = String(Number(sum.toFixed(10)));
      faults.push(dummyFaults.diagnose('ratios-sum', { subject, sum: text }, place));
    }
    return weights;
  }
}

/** A Python number: True is 1, False is 0. NaN for what is none. */
function numberOf(value: ArgumentValue | undefined): number {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'number' ? value : Number.NaN;
}

/** At most ten names, so that a message stays readable. */
function quoted(names: readonly string[]): string {
  const shownNames = names.slice(0, 10).map((name) => `"${name}"`);
  const more = names.length - shownNames.length;
  return shownNames.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
