import { lookUp, type YamlNode } from '../yaml/node.ts';
import { isNull } from '../yaml/scalar.ts';
import { checkKeys } from './keys.ts';
import { pythonInt } from './python-number.ts';
import type { Report } from './report.ts';
import type { VersionRules } from './versions.ts';

/** Patients in a dummy cohort where the version takes no notice of `expectations`. */
const DEFAULT_POPULATION_SIZE = 1000;

/**
 * Reads `expectations`: rules T7 and T8.
 * @param versionAt where to point when the section is missing.
 */
export function readPopulationSize(
  node: YamlNode | undefined,
  rules: VersionRules,
  versionAt: number,
  report: Report,
): number | null {
  const given = node === undefined || isNull(node) ? undefined : node;
  if (rules.expectations === 'ignored') return DEFAULT_POPULATION_SIZE;
  if (rules.expectations === 'forbidden') {
    if (given !== undefined) report.add('expectations-not-allowed', {}, given.start);
    return null;
  }
  if (given === undefined) {
    report.add('expectations-missing', {}, versionAt);
    return null;
  }
  if (given.kind !== 'map') {
    report.add('expectations-not-mapping', {}, given.start);
    return null;
  }
  const misspelt = checkKeys(given, ['population_size'], () => 'the expectations section', report);
  const size = lookUp(given, 'population_size');
  if (size === undefined) {
    if (misspelt.size === 0) report.add('population-missing', {}, given.start);
    return null;
  }
  const number = pythonInt(size);
  if (number === undefined) report.add('population-not-number', {}, size.start);
  else if (number < 1) report.add('population-empty', { number }, size.start);
  return number ?? null;
}
