import { expect, test } from 'vitest';
import { drawPipeline, type GraphNode } from './pipeline-graph.ts';

const node = (
  name: string,
  needs: string[] = [],
  state: GraphNode['state'] = 'not run',
): GraphNode => ({
  name,
  needs,
  state,
  levels: ['highly_sensitive'],
});

const plain = (_: unknown, text: string): string => text;

test('a fan of actions hangs below what it needs', () => {
  const text = drawPipeline(
    [
      node('extract', [], 'succeeded'),
      node('tables', ['extract']),
      node('figures', ['extract'], 'failed'),
    ],
    plain,
  );
  expect(text).toBe(
    [
      'extract     ✓ succeeded  highly_sensitive',
      '├─ tables   · not run    highly_sensitive',
      '└─ figures  ✗ failed     highly_sensitive',
      '',
    ].join('\n'),
  );
});

test('an action with several needs is drawn once, below the deepest, and names the others', () => {
  const text = drawPipeline(
    [node('a'), node('b', ['a']), node('c'), node('join', ['c', 'b'])],
    plain,
  );
  expect(text.split('\n').map((line) => line.trimEnd())).toEqual([
    'a           · not run    highly_sensitive',
    '└─ b        · not run    highly_sensitive',
    '   └─ join  · not run    highly_sensitive  also needs c',
    'c           · not run    highly_sensitive',
    '',
  ]);
});

test('a pipeline of thousands of chained actions is drawn without overflowing the stack', () => {
  const chain = Array.from({ length: 3000 }, (_, index) =>
    node(`action_${index}`, index === 0 ? [] : [`action_${index - 1}`]),
  );
  expect(drawPipeline(chain, plain).split('\n')).toHaveLength(3001);
});
