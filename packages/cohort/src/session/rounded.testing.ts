import type { Cohort } from '../oracle/evaluate-cohort.ts';

/** Floats to twelve digits, and no negative zero: servers may add up a mean in another order. */
export function rounded(cohorts: readonly Cohort[]): readonly Cohort[] {
  return cohorts.map(({ rows, remaining }) => ({
    remaining,
    rows: rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, cell]) => [
          name,
          typeof cell === 'number' ? Number(cell.toPrecision(12)) + 0 : cell,
        ]),
      ),
    ),
  }));
}
