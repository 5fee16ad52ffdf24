import { expect, test } from 'vitest';
import { didYouMean } from './did-you-mean.ts';

test.each([
  ['extrct', ['extract', 'tables'], 'extract'],
  ['Run', ['run', 'needs'], 'run'],
  ['nedes', ['run', 'needs'], 'needs'],
  ['output', ['run', 'outputs'], 'outputs'],
  ['author', ['version', 'actions'], undefined],
  ['ab', ['xy'], undefined],
  ['generate_dataset_2', ['generate_dataset_1', 'generate_dataset_20'], 'generate_dataset_1'],
  ['', ['a'], 'a'],
  ['x', [], undefined],
])('%s among %j: %s', (word, candidates, meant) => {
  expect(didYouMean(word, candidates)).toBe(meant);
});
