/**
 * Whole plans for SQL Server mean what the model means: sqlglot puts their statements into DuckDB's words, one by one and in
 * their order, and the rows are compared. What DuckDB has no words for is named in `unheard`.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isoOf } from '../calendar.ts';
import { lowerStudy } from '../cohortextractor/lower-study.ts';
import { SOURCE } from '../dialect/duckdb.ts';
import { dropOwnTables, makeSource } from '../engine/evaluate-on-duckdb.ts';
import { evaluateOnSession } from '../engine/evaluate-on-session.ts';
import { attachSource, openEngine } from '../engine/source.ts';
import { modelOfStudy } from '../engine/study-model.ts';
import { printModel } from '../model/print.ts';
import { drawn } from '../oracle/draw.ts';
import { evaluateCohort } from '../oracle/evaluate-cohort.ts';
import { MIDDLE } from '../oracle/random-cells.ts';
import { drawSource } from '../oracle/random-database.ts';
import { drawModel } from '../oracle/random-model.ts';
import { recordStudies } from '../record/record-studies.ts';
import { runRecorderUnconfined } from '../record/testing.ts';
import { codesOfStudy } from '../synth/study-codes.ts';
import { synthesise } from '../synth/synthesise.ts';
import { tppSchema } from '../tpp-schema/schema.ts';
import { duckDbSession } from './duckdb-session.ts';
import { rounded } from './rounded.testing.ts';
import type { Session } from './session.ts';
import { dropTemporaryTables, translatedSession } from './translated-session.testing.ts';
import { startTranslator, type Translator } from './translator.testing.ts';

/** In T-SQL texts are put together with a plus, which sqlglot cannot tell from that of numbers where both are columns. */
const unheard = /\bconcat\(/;

const runs = Math.ceil(Number(process.env['FAST_CHECK_RUNS'] ?? 200) / 100);
const patience = 600_000 + 30_000 * runs;

const folder = mkdtempSync(join(tmpdir(), 'vitrine-foreign-plans-'));
let translator: Translator;
beforeAll(() => {
  translator = startTranslator();
});
afterAll(() => {
  translator[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function speak(connection: DuckDBConnection): Promise<Session> {
  await translator.prepare(connection);
  return translatedSession(connection, translator);
}

test(
  'plans of random models agree with the oracle',
  async () => {
    const asked = fc.sample(
      drawn((draw) => {
        const source = drawSource(draw);
        const step = draw.pick([7, 1, 30]);
        const count = draw.pick([3, 1, 5, 8]);
        return {
          source,
          dates: Array.from({ length: count }, (_, index) => MIDDLE + index * step),
          models: [drawModel(draw, source), drawModel(draw, source)],
        };
      }),
      runs,
    );
    let compared = 0;
    for (const { source, dates, models } of asked) {
      using engine = await openEngine({ threads: 2 });
      const { connection } = engine;
      await makeSource(connection, source);
      await connection.run(`SET search_path = 'main,${SOURCE}'`);
      const session = await speak(connection);
      for (const model of models) {
        const told = printModel(model);
        if (unheard.test(told)) continue;
        const { schema, files } = source;
        const found = await evaluateOnSession(session, { model, schema, files, dates });
        const expected = dates.map((date) => evaluateCohort(model, source, date));
        expect(rounded(found), `${dates.map(isoOf).join(' ')}\n${told}`).toEqual(rounded(expected));
        compared += 1;
        await dropTemporaryTables(connection);
      }
    }
    expect(compared).toBeGreaterThan(runs / 2);
  },
  patience,
);

const example = join(import.meta.dirname, '../../../../examples/home-monitoring');
const modules = readdirSync(join(example, 'analysis'))
  .filter((name) => /^study_definition.*\.py$/.test(name))
  .map((name) => name.slice(0, -'.py'.length));

describe('the example', () => {
  const records = join(folder, 'records.duckdb');
  const weeks = ['2020-03-02', '2020-03-09', '2020-03-16'];

  beforeAll(async () => {
    await synthesise({
      patients: 400,
      events: 40_000,
      seed: 3,
      output: records,
      codes: await codesOfStudy(example),
      memoryBytes: 2 ** 30,
      threads: 2,
    });
  });

  test.each(modules)(
    '%s has the rows of the embedded database',
    async (name) => {
      const document = await recordStudies({
        studyDir: example,
        modules: [name],
        params: {},
        run: runRecorderUnconfined,
      });
      const [module] = document.modules;
      if (module === undefined) throw new Error('the example was not recorded');
      const { model, dates } = modelOfStudy(lowerStudy(module), {
        indexDates: weeks,
        today: '2022-06-01',
        includeTypeOneOptOuts: false,
      });
      using engine = await openEngine({ threads: 2 });
      const { connection } = engine;
      await attachSource(connection, records);
      await connection.run(`SET search_path = 'memory.main,${SOURCE}.main'`);
      const question = { model, schema: tppSchema, files: {}, dates };
      const expected = rounded(await evaluateOnSession(duckDbSession(connection), question));
      expect(expected.some(({ rows }) => rows.length > 20)).toBe(true);
      await dropOwnTables(connection);
      const found = await evaluateOnSession(await speak(connection), question);
      expect(rounded(found)).toEqual(expected);
    },
    patience,
  );
});
