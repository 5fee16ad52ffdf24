import { didYouMean } from '../did-you-mean.ts';
import { lookUp, type YamlMap } from '../yaml/node.ts';
import type { Report } from './report.ts';

const NONE: ReadonlySet<string> = new Set();

/**
 * Reports every key of a section that is not among the `allowed` ones.
 * @param section what to call it, in the middle of a sentence.
 * @returns the allowed keys that misspelt ones probably meant; it would be noise to report those as missing.
 */
export function checkKeys(
  map: YamlMap,
  allowed: readonly string[],
  section: () => string,
  report: Report,
): ReadonlySet<string> {
  let misspelt: Set<string> | undefined;
  let absent: readonly string[] | undefined;
  for (const { key, value } of map.entries) {
    if (allowed.includes(key.text)) continue;
    const isAction = value.kind === 'map' && lookUp(value, 'run') !== undefined;
    // Once for all: a section may have very many keys.
    absent ??= allowed.filter((name) => lookUp(map, name) === undefined);
    const meant = didYouMean(key.text, absent);
    if (meant !== undefined) misspelt = (misspelt ?? new Set()).add(meant);
    report.add(
      'key-unknown',
      { key: key.text, section: section(), allowed, meant, isAction },
      key.start,
      meant,
    );
  }
  return misspelt ?? NONE;
}
