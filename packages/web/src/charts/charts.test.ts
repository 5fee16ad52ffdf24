import { expect, test } from 'vitest';
import { jobBars } from './job-bars.ts';
import { type GraphNode, largestGraph, pipelineGraph } from './pipeline-graph.ts';

const node = (name: string, needs: readonly string[] = []): GraphNode => ({
  name,
  needs,
  tone: 'success',
  words: 'Succeeded',
  href: `/jobs/${name}`,
});

test('a pipeline is drawn with a link for each action and a line for each need', () => {
  const text = pipelineGraph(
    [node('a'), node('b', ['a']), node('c', ['a', 'gone'])],
    'Pipeline',
  ).toString();
  expect(
    text.match(/<a class="graph-node tone-success" href="\/jobs\/[abc]"><title>[abc]: Succeeded</g),
  ).toHaveLength(3);
  expect(text.match(/<path d="M/g)).toHaveLength(2);
  expect(text).not.toContain('NaN');
});

test('one action, and more than can be looked at, are not drawn', () => {
  expect(pipelineGraph([node('a')], 'x').toString()).toBe('');
  const many = Array.from({ length: largestGraph + 1 }, (_, index) => node(`a${index}`));
  expect(pipelineGraph(many, 'x').toString()).toBe('');
});

test('the largest that is drawn is the same the second time, when its layout is known', () => {
  const many = Array.from({ length: largestGraph }, (_, index) =>
    node(`a${index}`, index < 3 ? [] : [`a${index % 3}`]),
  );
  const first = pipelineGraph(many, 'x').toString();
  expect(first.match(/<path d="M/g)).toHaveLength(largestGraph - 3);
  expect(pipelineGraph(many, 'x').toString()).toBe(first);
});

test('bars stand on one axis: what waited, what ran, what still runs', () => {
  const at = (second: number): Date => new Date(Date.UTC(2022, 4, 12, 9, 0, second));
  const bar = { href: '/jobs/x', tone: 'info', words: 'Running' } as const;
  const text = jobBars(
    [
      { ...bar, name: 'a', createdAt: at(0), startedAt: at(10), finishedAt: at(20) },
      { ...bar, name: 'b', createdAt: at(0), startedAt: at(20), finishedAt: null },
      { ...bar, name: 'c', createdAt: at(0), startedAt: null, finishedAt: null },
    ],
    at(30),
    'Jobs',
  ).toString();
  expect(text.match(/class="bar-running"/g)).toHaveLength(2);
  expect(text).toContain(
    'a: Running, created 12 May 2022, 09:00:00, started 12 May 2022, 09:00:10',
  );
  expect(text).not.toContain('NaN');
});
