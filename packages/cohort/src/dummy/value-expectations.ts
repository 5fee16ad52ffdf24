/** What expectations say of a column's values: numbers, categories or flags (cohort-extractor §4.1, §4.2). */
import { dummyFaults } from './faults.ts';
import {
  dictOf,
  isTrue,
  numberOf,
  shown,
  tellNotADict,
  type Written,
} from './written-expectations.ts';

export type Distribution =
  | { readonly kind: 'normal'; readonly mean: number; readonly stddev: number }
  | { readonly kind: 'poisson'; readonly mean: number }
  | { readonly kind: 'population_ages' };

/** Label and weight of each category. */
export type Ratios = readonly (readonly [string, number])[];

/** How dummy values of a column are made. It follows the column's type, with the exceptions of §4.2. */
export type GeneratorKind = 'bool' | 'int' | 'float' | 'category' | 'date';

/** What the values are made from. Flags are true, and dates have a range, which is read apart. */
export type ValueExpectations =
  | { readonly kind: 'bool' | 'date' }
  | { readonly kind: 'int' | 'float'; readonly distribution: Distribution }
  | { readonly kind: 'category'; readonly ratios: Ratios };

const DISTRIBUTIONS: Readonly<Record<'int' | 'float', readonly Distribution['kind'][]>> = {
  int: ['normal', 'poisson', 'population_ages'],
  float: ['normal'],
};

/** @param labels the categories that may appear, or null where any may. */
export function readValueExpectations(
  written: Written,
  kind: GeneratorKind,
  labels: readonly string[] | null,
): ValueExpectations | null {
  switch (kind) {
    case 'date':
      return { kind };
    case 'bool':
      if (!('bool' in written.all) || isTrue(written.all['bool'])) return { kind };
      tellMissing(written, 'bool');
      return null;
    case 'int':
    case 'float': {
      const distribution = readDistribution(written, kind);
      return distribution === null ? null : { kind, distribution };
    }
    case 'category': {
      const ratios = readRatios(written, labels);
      return ratios === null ? null : { kind, ratios };
    }
  }
}

function tellMissing({ column, faults }: Written, key: string): void {
  const { name, type, place } = column;
  faults.push(dummyFaults.diagnose('generator-missing', { column: name, type, key }, place));
}

/** The distribution of a number; null, with a fault told, when it is missing or wrong. */
function readDistribution(written: Written, key: 'int' | 'float'): Distribution | null {
  const { all } = written;
  if (!isTrue(all[key])) {
    tellMissing(written, key);
    return null;
  }
  const section = dictOf(all[key]);
  if (section === null) {
    tellNotADict(written, key, key);
    return null;
  }
  const known = DISTRIBUTIONS[key];
  const distribution = known.find((name) => name === section['distribution']);
  const { subject, place } = written.origin(key);
  if (distribution === undefined) {
    written.faults.push(
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
    written.faults.push(
      dummyFaults.diagnose(
        'distribution-value',
        { subject, key, parameter: name, value: shown(section[name]), need },
        place,
      ),
    );
    return Number.NaN;
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

/**
 * The weights of categories, which must stand in the column's own expectations; null, with faults told, when they do not
 * or are wrong.
 */
function readRatios(written: Written, labels: readonly string[] | null): Ratios | null {
  const { all, own } = written;
  const before = written.faults.length;
  const ownCategory = dictOf(own['category']);
  if (ownCategory === null && isTrue(own['category'])) {
    tellNotADict(written, 'category', 'category');
    return null;
  }
  if (ownCategory === null || !('ratios' in ownCategory)) {
    tellMissing(written, 'category');
    return null;
  }
  const ownRatios = dictOf(ownCategory['ratios']);
  const ratios = dictOf(dictOf(all['category'])?.['ratios']);
  if (ownRatios === null || ratios === null) {
    tellNotADict(written, 'category', 'ratios');
    return null;
  }
  const { subject, place } = written.origin('category');
  const unknown = Object.keys(ownRatios).filter((label) => labels?.includes(label) === false);
  if (labels !== null && unknown.length > 0) {
    written.faults.push(
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
    written.faults.push(
      dummyFaults.diagnose('ratio-invalid', { subject, label, value: shown(value) }, place),
    );
    return [label, Number.NaN] as const;
  });
  const sum = weights.reduce((total, [, weight]) => total + weight, 0);
  // The tolerance of the original (§4.2): 1.00001 passes.
  if (Math.abs(sum - 1) > 1e-8 + 1e-5) {
    const text = String(Number(sum.toFixed(10)));
    written.faults.push(dummyFaults.diagnose('ratios-sum', { subject, sum: text }, place));
  }
  return written.faults.length === before ? weights : null;
}

/** At most ten names, so that a message stays readable. */
function quoted(names: readonly string[]): string {
  const shownNames = names.slice(0, 10).map((name) => `"${name}"`);
  const more = names.length - shownNames.length;
  return shownNames.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
