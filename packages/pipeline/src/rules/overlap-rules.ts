import { patternCovers, patternsOverlap } from '../output-pattern.ts';
import type { PrivacyLevel } from '../privacy-level.ts';
import type { ActionDraft, OutputDraft } from './draft.ts';
import type { Report } from './report.ts';

/** An output with the action that makes it. */
interface Claim {
  readonly action: string;
  readonly output: OutputDraft;
  /** The pattern up to its first `*`, and from its last one on; both the whole pattern where there is none. */
  readonly prefix: string;
  readonly suffix: string;
}

/**
 * How much is compared before the search gives up, which takes seconds and which only a made-up project asks for. Comparing
 * whole patterns counts as much as looking at this many pairs:
 */
const MOST_WORK = 20_000_000;
const WORK_OF_COMPARISON = 20;

/**
 * Reports patterns of different levels that one file could match (job-runner §6.4, weak spot 9).
 *
 * Within one action it is an error where one pattern holds all files of the other, because then the action says two things
 * of the same files. All else is a warning: projects with patterns that merely could meet have always run, and the strictest
 * level wins when files are collected.
 *
 * @param identical whether patterns with the same text are to be compared too; where outputs must be unique they are faults
 *   already.
 */
export function checkOverlaps(
  actions: Iterable<ActionDraft | null>,
  identical: boolean,
  report: Report,
): void {
  const conflicts = new Map<Claim, Conflict>();
  let work = 0;
  for (const [a, b] of claimsByType([...actions])
    .values()
    .flatMap(candidates)) {
    work += 1;
    if (work > MOST_WORK) {
      report.add('output-levels-unchecked', {}, a.output.at);
      break;
    }
    if (a.output.level === b.output.level) continue;
    if (!identical && a.output.pattern === b.output.pattern) continue;
    if (!a.suffix.endsWith(b.suffix) && !b.suffix.endsWith(a.suffix)) continue;
    work += WORK_OF_COMPARISON;
    if (patternsOverlap(a.output.pattern, b.output.pattern)) note(conflicts, a, b);
  }
  for (const [claim, conflict] of conflicts) reportConflict(claim, conflict, report);
}

/** What stands against a claim: of the outputs before it in the text one to name, and how many there are. */
interface Conflict {
  readonly other: Claim;
  readonly contradicts: boolean;
  readonly count: number;
}

function note(conflicts: Map<Claim, Conflict>, a: Claim, b: Claim): void {
  const [other, claim] = a.output.at < b.output.at ? [a, b] : [b, a];
  const contradicts = contradict(claim, other);
  const known = conflicts.get(claim);
  const better =
    known === undefined ||
    (contradicts && !known.contradicts) ||
    (contradicts === known.contradicts && other.output.at < known.other.output.at);
  const count = (known?.count ?? 0) + 1;
  conflicts.set(claim, better ? { other, contradicts, count } : { ...known, count });
}

function contradict(a: Claim, b: Claim): boolean {
  return (
    a.action === b.action &&
    (patternCovers(a.output.pattern, b.output.pattern) ||
      patternCovers(b.output.pattern, a.output.pattern))
  );
}

function reportConflict(claim: Claim, conflict: Conflict, report: Report): void {
  const { other, contradicts, count } = conflict;
  const values = {
    pattern: claim.output.pattern,
    level: claim.output.level,
    other: other.output.pattern,
    otherLevel: other.output.level,
    otherAction: other.action,
    line: report.lineOf(other.output.at),
    more: count - 1,
  };
  const code = contradicts ? 'output-levels-contradict' : 'output-levels-overlap';
  report.add(code, values, claim.output.at);
}

/**
 * The claims in groups that cannot meet, because their types of file differ. Groups of one level are left out: in most
 * projects that is all of them, and nothing more has to be made.
 */
function claimsByType(actions: readonly (ActionDraft | null)[]): readonly (readonly Claim[])[] {
  const levels = new Map<string, PrivacyLevel | 'several'>();
  for (const output of soundOutputs(actions)) {
    const type = typeOf(output);
    const level = levels.get(type) ?? output.level;
    levels.set(type, level === output.level ? level : 'several');
  }
  const anyType = levels.keys().some((type) => type.includes('*'));
  if (!anyType && !levels.values().some((level) => level === 'several')) return [];
  const claims = actions.flatMap((action) => claimsOf(action));
  if (anyType) return [claims];
  const groups = Map.groupBy(claims, ({ output }) => typeOf(output));
  return [...groups].filter(([type]) => levels.get(type) === 'several').map(([, group]) => group);
}

/** The extension of a pattern that is known to have one. */
function typeOf({ pattern }: OutputDraft): string {
  return pattern.slice(pattern.lastIndexOf('.') + 1);
}

function* soundOutputs(actions: readonly (ActionDraft | null)[]): Generator<OutputDraft> {
  for (const action of actions) {
    for (const output of action?.outputs?.list ?? []) if (output.sound) yield output;
  }
}

function claimsOf(action: ActionDraft | null): Claim[] {
  return [...soundOutputs([action])].map((output) => {
    const { pattern } = output;
    const first = pattern.indexOf('*');
    const prefix = first === -1 ? pattern : pattern.slice(0, first);
    const suffix = first === -1 ? pattern : pattern.slice(pattern.lastIndexOf('*') + 1);
    return { action: action?.name ?? '', output, prefix, suffix };
  });
}

/** The pairs whose prefixes allow an overlap: one of the two begins with the other. */
function* candidates(claims: readonly Claim[]): Generator<readonly [Claim, Claim]> {
  const byPrefix = Map.groupBy(claims, (claim) => claim.prefix);
  const prefixes = [...byPrefix.keys()].sort();
  for (const [index, prefix] of prefixes.entries()) {
    const group = byPrefix.get(prefix) ?? [];
    for (const [i, a] of group.entries()) {
      for (let j = i + 1; j < group.length; j += 1) {
        const b = group[j];
        if (b !== undefined) yield [a, b];
      }
    }
    const wild = group.filter((claim) => claim.suffix !== claim.output.pattern);
    if (wild.length === 0) continue;
    for (let next = index + 1; prefixes[next]?.startsWith(prefix) === true; next += 1) {
      for (const b of byPrefix.get(prefixes[next] ?? '') ?? []) {
        for (const a of wild) yield [a, b];
      }
    }
  }
}
