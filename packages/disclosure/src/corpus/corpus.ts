/** All cases of the corpus, made anew each time from one seed. */
import type { RuleId } from '../rules.ts';
import { aggregateShapes } from './aggregates.ts';
import { type Case, faultsOf, type Grid } from './case.ts';
import { patientShapes } from './patients.ts';
import { Random } from './random.ts';
import { relationShapes } from './relations.ts';
import { type Rendering, render } from './render.ts';
import { CountWriter, treatments } from './treatments.ts';

/** Seed of the corpus whose figures stand in the documentation. */
export const CORPUS_SEED = 20_261_123;

/** @param often - Multiplies the number of cases. */
export function makeCorpus(seed: number = CORPUS_SEED, often: number = 1): readonly Case[] {
  const random = new Random(seed);
  const cases: Case[] = [];
  const add = (
    shape: string,
    grid: Grid,
    answers: { readonly rules?: Iterable<RuleId>; readonly open?: Iterable<RuleId> },
    as: Rendering = 'csv',
  ): void => {
    const cells = faultsOf(grid);
    const rules = new Set([...(answers.rules ?? []), ...(Object.keys(cells) as RuleId[])]);
    const name = `${shape}-${cases.length}`;
    cases.push({
      name,
      path: `${name}.${as}`,
      text: render(grid, as, random),
      cells,
      rules,
      open: new Set(answers.open),
    });
  };
  for (const [shape, make] of Object.entries(aggregateShapes)) {
    for (const treatment of treatments) {
      for (let at = 0; at < 10 * often; at += 1) {
        const grid = make(random, new CountWriter(random, treatment));
        add(`${shape}-${treatment}`, grid, { open: grid.open ?? [] });
      }
      for (const as of ['html', 'json', 'md', 'txt'] as const) {
        const grid = make(random, new CountWriter(random, treatment, { plain: true }));
        add(`${shape}-${treatment}`, grid, { open: grid.open ?? [] }, as);
      }
    }
  }
  for (const [shape, make] of Object.entries(patientShapes)) {
    for (let at = 0; at < 30 * often; at += 1) {
      add(shape, make(random), {
        rules: ['patient-rows'],
        open: ['patient-id', 'date-of-birth', 'forbidden-geography'],
      });
    }
  }
  for (const [shape, make] of Object.entries(relationShapes)) {
    for (let at = 0; at < 60 * often; at += 1) {
      const relation = make(random);
      add(shape, relation, relation);
    }
  }
  return cases;
}
