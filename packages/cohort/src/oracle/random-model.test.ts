import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkModel } from '../model/check.ts';
import type { Operation } from '../model/model.ts';
import { printModel } from '../model/print.ts';
import { signatures } from '../model/signatures.ts';
import { type Draw, drawn } from './draw.ts';
import { evaluateCohort } from './evaluate-cohort.ts';
import { MIDDLE } from './random-cells.ts';
import { drawSource } from './random-database.ts';
import { drawModel } from './random-model.ts';

const runs = { numRuns: Number(process.env['FAST_CHECK_RUNS'] ?? 300) };

const drawCase = (draw: Draw) => {
  const source = drawSource(draw);
  return { source, model: drawModel(draw, source) };
};

test('random models are sound, and the oracle gives what they promise', () => {
  fc.assert(
    fc.property(drawn(drawCase), ({ source, model }) => {
      expect(checkModel(model, source.schema)).toEqual([]);
      const { rows } = evaluateCohort(model, source, MIDDLE);
      for (const row of rows) {
        for (const { name, type } of model.columns) {
          const value = row[name];
          if (type === 'date') expect(value === null || Number.isInteger(value)).toBe(true);
          else if (type === 'str') expect(value).toBeTypeOf('string');
          else if (type === 'bool') expect(value).toBeTypeOf('boolean');
          else expect(value).toSatisfy(type === 'int' ? Number.isSafeInteger : Number.isFinite);
        }
      }
    }),
    runs,
  );
});

test('random models have every operation and every kind of node', () => {
  const seen = new Set<string>();
  for (const { model } of fc.sample(drawn(drawCase), 400)) {
    const text = JSON.stringify(model);
    for (const [, word] of text.matchAll(/"(?:kind|operation|function|match)":"([^"]*)"/g)) {
      seen.add(word ?? '');
    }
    expect(printModel(model)).toContain('columns\n');
  }
  const words: readonly string[] = [
    ...(Object.keys(signatures) as readonly Operation[]),
    ...['constant', 'index-date', 'operation', 'case', 'in-set', 'category-of', 'column'],
    ...['of-patient', 'patient-id', 'aggregate', 'first', 'table', 'file', 'filter', 'join'],
    ...['select', 'union', 'distinct', 'group', 'previous', 'exists', 'count', 'sum', 'mean'],
    ...['minimum', 'maximum', 'exact', 'ignore-case', 'prefix', 'substring', 'code-in-text'],
  ];
  expect(words.filter((word) => !seen.has(word))).toEqual([]);
});
