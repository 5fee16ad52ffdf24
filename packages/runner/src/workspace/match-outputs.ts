/**
 * Which of the files that a job made are its outputs. Pure.
 */
import { compilePattern, type Output, type PrivacyLevel, strictestLevel } from '@vitrine/pipeline';

export type OutputPattern = Pick<Output, 'pattern' | 'level'>;

export interface OutputMatches {
  /** Path → level, the strictest of all patterns that match. */
  readonly levels: ReadonlyMap<string, PrivacyLevel>;
  /** Patterns that match nothing. */
  readonly unmatched: readonly OutputPattern[];
  /** Paths that no pattern matches. */
  readonly others: readonly string[];
}

/** Sorts the paths of files by the patterns of an action. */
export function matchOutputs(
  paths: readonly string[],
  patterns: readonly OutputPattern[],
): OutputMatches {
  const matchers = patterns.map((pattern) => ({
    pattern,
    matches: compilePattern(pattern.pattern),
  }));
  const levels = new Map<string, PrivacyLevel>();
  const matched = new Set<OutputPattern>();
  const others: string[] = [];
  for (const path of paths) {
    const hits = matchers.filter(({ matches }) => matches(path));
    for (const { pattern } of hits) matched.add(pattern);
    const level = strictestLevel(hits.map(({ pattern }) => pattern.level));
    if (level === undefined) others.push(path);
    else levels.set(path, level);
  }
  return { levels, unmatched: patterns.filter((pattern) => !matched.has(pattern)), others };
}
