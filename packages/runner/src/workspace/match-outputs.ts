/**
 * Which of the files that a job made are its outputs. Pure.
 */
import { type PrivacyLevel, stricterLevel } from './store.ts';

/** One declared output. */
export interface OutputPattern {
  readonly pattern: string;
  readonly level: PrivacyLevel;
}

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
  const levels = new Map<string, PrivacyLevel>();
  const matched = new Set<OutputPattern>();
  const others: string[] = [];
  for (const path of paths) {
    for (const pattern of patterns) {
      if (!matchPattern(pattern.pattern, path)) continue;
      matched.add(pattern);
      const former = levels.get(path);
      levels.set(path, former === undefined ? pattern.level : stricterLevel(former, pattern.level));
    }
    if (!levels.has(path)) others.push(path);
  }
  return { levels, unmatched: patterns.filter((pattern) => !matched.has(pattern)), others };
}

/** TEMPORARY */
function matchPattern(pattern: string, path: string): boolean {
  const source = pattern.split('*').map((part) => part.replaceAll(/[.+^${}()|[\]\\?]/g, '\\$&'));
  return new RegExp(`^${source.join('[^/]*')}$`, 's').test(path);
}
