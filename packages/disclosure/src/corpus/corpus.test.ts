import { expect, test } from 'vitest';
import { makeCorpus } from './corpus.ts';
import { precision, recall, scoreCorpus } from './score.ts';

const corpus = makeCorpus();
const scores = scoreCorpus(corpus);

test('the corpus is large, of many shapes, and the same every time', () => {
  expect(corpus.length).toBeGreaterThanOrEqual(1500);
  expect(new Set(corpus.map(({ name }) => name.replace(/-\d+$/, ''))).size).toBeGreaterThan(70);
  expect(makeCorpus()[700]).toEqual(corpus[700]);
});

test.each(['small-count', 'unrounded-count', 'patient-rows'] as const)(
  'nothing of %s is missed',
  (rule) => {
    const score = scores.find((one) => one.rule === rule);
    expect(score?.found).toBeGreaterThan(200);
    expect(score).toMatchObject({ missed: 0 });
  },
);

test.each(scores)('$rule is right nearly always', (score) => {
  expect(precision(score), score.cases.join(' ')).toBeGreaterThanOrEqual(0.95);
  expect(recall(score), score.cases.join(' ')).toBeGreaterThanOrEqual(0.95);
});

test.each([1, 2, 3])('the corpus of another seed (%i) is judged as well', (seed) => {
  for (const score of scoreCorpus(makeCorpus(seed))) {
    expect(recall(score), `${score.rule}: ${score.cases.join(' ')}`).toBe(1);
    expect(precision(score), `${score.rule}: ${score.cases.join(' ')}`).toBeGreaterThanOrEqual(
      0.95,
    );
  }
});
