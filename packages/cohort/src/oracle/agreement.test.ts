/** The promise of the planner: one plan for all dates says what the plainest reading of the model says for each. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isoOf } from '../calendar.ts';
import { loadRows } from '../engine/evaluate-on-duckdb.ts';
import { printModel } from '../model/print.ts';
import { type Draw, drawn } from './draw.ts';
import { type Cohort, evaluateCohort } from './evaluate-cohort.ts';
import { MIDDLE } from './random-cells.ts';
import { drawSource } from './random-database.ts';
import { drawModel } from './random-model.ts';

/**
 * Ten runs are one database, which is asked several models. What fails is told as it was drawn, with the model in words:
 * to make it smaller takes longer than to read it.
 */
const databases = Math.ceil(Number(process.env['FAST_CHECK_RUNS'] ?? 400) / 10);
const runs = { numRuns: databases, endOnFailure: true };
const patience = 600_000 + 4_000 * databases;
const MODELS = 6;

const drawDates = (draw: Draw): readonly number[] => {
  const start = MIDDLE + draw.whole(-40, 30);
  const step = draw.pick([7, 1, 30, 365, 3]);
  return Array.from(
    { length: draw.pick([3, 1, 5, 2, 2, 3, 8, 20]) },
    (_, index) => start + index * step,
  );
};

const drawQuestions = (draw: Draw) => {
  const source = drawSource(draw);
  const dates = drawDates(draw);
  return { source, dates, models: Array.from({ length: MODELS }, () => drawModel(draw, source)) };
};

test(
  'the oracle, DuckDB date by date and DuckDB for all dates at once agree',
  async () => {
    await fc.assert(
      fc.asyncProperty(drawn(drawQuestions), async ({ source, dates, models }) => {
        using loaded = await loadRows(source);
        for (const model of models) {
          const expected = dates.map((date) => evaluateCohort(model, source, date));
          const together = await loaded.cohorts(model, dates);
          const [first = MIDDLE] = dates;
          const [alone] = await loaded.cohorts(model, [first]);
          const told = `${dates.map(isoOf).join(' ')}\n${printModel(model)}`;
          expect(together.map(rounded), told).toEqual(expected.map(rounded));
          expect(alone && rounded(alone), told).toEqual(expected[0] && rounded(expected[0]));
        }
      }),
      runs,
    );
  },
  patience,
);

/** Floats to twelve digits: engines may add up a mean in another order. */
function rounded({ rows, remaining }: Cohort): Cohort {
  return {
    remaining,
    rows: rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, cell]) => [
          name,
          typeof cell === 'number' ? Number(cell.toPrecision(12)) : cell,
        ]),
      ),
    ),
  };
}
