/** Whole plans mean on a real Trino what the model means: the rows are compared with the oracle's. */
import { FaultError } from '@vitrine/pipeline';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { isoOf } from '../calendar.ts';
import { evaluateOnSession } from '../engine/evaluate-on-session.ts';
import { printModel } from '../model/print.ts';
import { drawn } from '../oracle/draw.ts';
import { evaluateCohort } from '../oracle/evaluate-cohort.ts';
import { MIDDLE } from '../oracle/random-cells.ts';
import { drawSource } from '../oracle/random-database.ts';
import { drawModel } from '../oracle/random-model.ts';
import { rounded } from './rounded.testing.ts';
import {
  lastWords,
  makeRecords,
  startTrino,
  type TrinoServer,
  tablesOfRuns,
  trinoDatabase,
} from './trino-server.testing.ts';
import { openTrino } from './trino-session.ts';

/** Each run is a database that is asked several models. */
const runs = Math.ceil(Number(process.env['FAST_CHECK_RUNS'] ?? 200) / 100);
const MODELS = 4;
/** A statement takes Trino a tenth of a second, and a column several: more models tell more than broad ones. */
const COLUMNS = 2;
const patience = 600_000 + 60_000 * runs;

let server: TrinoServer;
beforeAll(async () => {
  server = await startTrino();
}, patience);

test(
  'random models agree with the oracle',
  async () => {
    const asked = fc.sample(
      drawn((draw) => {
        const source = drawSource(draw);
        const step = draw.pick([7, 1, 30]);
        const count = draw.pick([2, 1, 3]);
        return {
          source,
          dates: Array.from({ length: count }, (_, index) => MIDDLE + index * step),
          models: Array.from({ length: MODELS }, () => {
            const model = drawModel(draw, source);
            return { ...model, columns: model.columns.slice(0, COLUMNS) };
          }),
        };
      }),
      runs,
    );
    for (const [index, { source, dates, models }] of asked.entries()) {
      const { schema, files, database: tables } = source;
      const database = trinoDatabase(server.port, `random_${index}`, 'own_of_plans');
      await makeRecords(database, schema, (table, columns) =>
        (tables[table] ?? []).map((row) => columns.map((name) => row[name] ?? null)),
      );
      for (const model of models) {
        const told = `${dates.map(isoOf).join(' ')}\n${printModel(model)}`;
        {
          await using session = openTrino(database, { signal: undefined, log: undefined });
          const found = await evaluateOnSession(session, { model, schema, files, dates }).catch(
            async (error: unknown) => {
              if (!(error instanceof FaultError)) throw error;
              throw new Error(`${await lastWords(database)}\n${told}`);
            },
          );
          const expected = dates.map((date) => evaluateCohort(model, source, date));
          expect(rounded(found), told).toEqual(rounded(expected));
        }
        expect(await tablesOfRuns(database)).toEqual([]);
      }
    }
  },
  patience,
);
