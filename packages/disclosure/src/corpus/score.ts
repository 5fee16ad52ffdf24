/** How well the rules do on the corpus. */
import { checkFile } from '../check-file.ts';
import { type RuleId, ruleIds } from '../rules.ts';
import { DISCLOSURE_SETTINGS } from '../settings.ts';
import { type Case, cellRules } from './case.ts';

/** Right and wrong answers of one rule: in cells for the rules of cells, otherwise in files. */
export interface Score {
  readonly rule: RuleId;
  readonly found: number;
  readonly missed: number;
  readonly wrong: number;
  /** Cases that were missed or wrong, by name. */
  readonly cases: readonly string[];
}

/** Rules that say of a file what its maker may think otherwise of; they are not measured. */
const unjudged: ReadonlySet<RuleId> = new Set([
  'certain-percentage',
  'patient-id',
  'date-of-birth',
  'rows-in-text',
]);

/** Checks all cases and counts, rule by rule. Rules that no case is about are left out. */
export function scoreCorpus(cases: readonly Case[]): readonly Score[] {
  const settings = { ...DISCLOSURE_SETTINGS, findingsPerRule: Number.MAX_SAFE_INTEGER };
  const scores = new Map(
    ruleIds.map((rule) => [rule, { found: 0, missed: 0, wrong: 0, cases: [] as string[] }]),
  );
  for (const one of cases) {
    const report = checkFile(
      { path: one.path, bytes: new TextEncoder().encode(one.text) },
      settings,
    );
    for (const rule of ruleIds) {
      if (unjudged.has(rule) || one.open.has(rule)) continue;
      const score = scores.get(rule);
      if (score === undefined) continue;
      const before = score.missed + score.wrong;
      if (cellRules.includes(rule)) {
        const truth = one.cells[rule] ?? new Set();
        const told = new Set(
          report.findings
            .filter((finding) => finding.rule === rule)
            .map(({ place }) => place.cell ?? ''),
        );
        score.found += told.intersection(truth).size;
        score.missed += truth.difference(told).size;
        score.wrong += told.difference(truth).size;
      } else {
        const truth = one.rules.has(rule);
        const told = report.counts[rule] !== undefined;
        if (truth && told) score.found += 1;
        else if (truth) score.missed += 1;
        else if (told) score.wrong += 1;
      }
      if (score.missed + score.wrong > before) score.cases.push(one.name);
    }
  }
  return [...scores]
    .map(([rule, score]) => ({ rule, ...score }))
    .filter(({ found, missed, wrong }) => found + missed + wrong > 0);
}

/** Share of the faults that were found; 1 where there are none. */
export function recall({ found, missed }: Score): number {
  return found + missed === 0 ? 1 : found / (found + missed);
}

/** Share of the findings that were right; 1 where there are none. */
export function precision({ found, wrong }: Score): number {
  return found + wrong === 0 ? 1 : found / (found + wrong);
}
