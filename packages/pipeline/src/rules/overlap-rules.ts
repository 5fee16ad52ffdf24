import { patternCovers, patternsOverlap } from '../output-pattern.ts';
import type { ActionDraft, OutputDraft } from './draft.ts';
import type { Report } from './report.ts';

/** An output with the action that makes it. */
interface Claim {
  readonly action: string;
  readonly output: OutputDraft;
  /** The pattern up to its first `*`. Only patterns of which one's prefix begins with the other's can overlap. */
  readonly prefix: string;
}

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
  const claims = claimsOf(actions);
  if (new Set(claims.map((claim) => claim.output.level)).size < 2) return;
  for (const [claim, others] of overlapping(claims)) {
    const relevant = others.filter(
      (other) => identical || other.output.pattern !== claim.output.pattern,
    );
    const contradicting = relevant.find((other) => contradict(claim, other));
    const other = contradicting ?? relevant[0];
    if (other === undefined) continue;
    const values = {
      pattern: claim.output.pattern,
      level: claim.output.level,
      other: other.output.pattern,
      otherLevel: other.output.level,
      otherAction: other.action,
      line: report.lineOf(other.output.at),
      more: relevant.length - 1,
    };
    const code = contradicting === undefined ? 'output-levels-overlap' : 'output-levels-contradict';
    report.add(code, values, claim.output.at);
  }
}

function contradict(a: Claim, b: Claim): boolean {
  return (
    a.action === b.action &&
    (patternCovers(a.output.pattern, b.output.pattern) ||
      patternCovers(b.output.pattern, a.output.pattern))
  );
}

function claimsOf(actions: Iterable<ActionDraft | null>): Claim[] {
  const claims: Claim[] = [];
  for (const action of actions) {
    for (const output of action?.outputs?.list ?? []) {
      if (!output.sound) continue;
      const star = output.pattern.indexOf('*');
      const prefix = star === -1 ? output.pattern : output.pattern.slice(0, star);
      claims.push({ action: action?.name ?? '', output, prefix });
    }
  }
  return claims;
}

/** For the later of every two overlapping claims of different levels, the earlier ones. */
function overlapping(claims: readonly Claim[]): ReadonlyMap<Claim, Claim[]> {
  const pairs = new Map<Claim, Claim[]>();
  const byPrefix = claims.toSorted((a, b) =>
    a.prefix < b.prefix ? -1 : a.prefix > b.prefix ? 1 : 0,
  );
  for (const [index, claim] of byPrefix.entries()) {
    const wild = claim.output.pattern !== claim.prefix;
    for (let next = index + 1; next < byPrefix.length; next += 1) {
      const other = byPrefix[next];
      // A claim without a star holds one file, so only the same prefix can hold it too.
      if (
        other === undefined ||
        !(wild ? other.prefix.startsWith(claim.prefix) : other.prefix === claim.prefix)
      ) {
        break;
      }
      if (claim.output.level === other.output.level) continue;
      if (!patternsOverlap(claim.output.pattern, other.output.pattern)) continue;
      const [earlier, later] = claim.output.at < other.output.at ? [claim, other] : [other, claim];
      const found = pairs.get(later);
      if (found === undefined) pairs.set(later, [earlier]);
      else found.push(earlier);
    }
  }
  return pairs;
}
