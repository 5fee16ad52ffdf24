import { didYouMean } from '../did-you-mean.ts';
import type { YamlMap, YamlNode } from '../yaml/node.ts';
import type { Report } from './report.ts';

/** What was found under the keys that a section may have, and which of them a misspelt key probably meant. */
export interface Section {
  readonly values: ReadonlyMap<string, YamlNode>;
  readonly misspelt: ReadonlySet<string>;
}

/** Reads a section that may have only the `allowed` keys, and reports every other one. */
export function readSection(
  map: YamlMap,
  allowed: readonly string[],
  section: string,
  report: Report,
): Section {
  const values = new Map<string, YamlNode>();
  const misspelt = new Set<string>();
  for (const { key, value } of map.entries) {
    if (allowed.includes(key.text)) {
      values.set(key.text, value);
      continue;
    }
    const meant = didYouMean(
      key.text,
      allowed.filter((name) => !map.entries.some((entry) => entry.key.text === name)),
    );
    if (meant !== undefined) misspelt.add(meant);
    report.add('key-unknown', { key: key.text, section, allowed, meant }, key.start, meant);
  }
  return { values, misspelt };
}
