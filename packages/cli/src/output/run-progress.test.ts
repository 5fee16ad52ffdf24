import type { ActionResult, RunEvent } from '@vitrine/runner';
import { describe, expect, test } from 'vitest';
import { advance, type RunProgress, renderEvent, renderTable } from './run-progress.ts';

const style = (_: unknown, text: string): string => text;

const common = {
  job: 'j',
  startedAt: new Date(0),
  finishedAt: new Date(0),
  hint: null,
  usage: { peakMemoryBytes: null, cpuSeconds: null, imageDigest: null },
  limits: [],
  logFile: null,
  diagnostics: [],
};

function succeeded(action: string): ActionResult {
  return { ...common, action, state: 'succeeded', message: 'Completed.', outputs: [] };
}

const events: readonly (readonly [RunEvent, number])[] = [
  [
    {
      kind: 'planned',
      jobs: [
        { job: '1', action: 'extract', reason: 'runs because tables needs it' },
        { job: '2', action: 'tables', reason: 'runs because you asked for it' },
      ],
      reused: [{ action: 'old', reason: 'reused: it succeeded on 1 May' } as never],
    },
    0,
  ],
  [{ kind: 'waiting', job: '2', action: 'tables', on: ['extract'] }, 0],
  [{ kind: 'progress', job: '1', action: 'extract', progress: { stage: 'preparing' } }, 1000],
  [
    {
      kind: 'progress',
      job: '1',
      action: 'extract',
      progress: { stage: 'extracting', file: 'a.csv', done: 41, total: 163 },
    },
    2000,
  ],
];

function after(count: number, more: readonly (readonly [RunEvent, number])[] = []): RunProgress {
  return [...events.slice(0, count), ...more].reduce<RunProgress>(
    (progress, [event, at]) => advance(progress, event, at),
    new Map(),
  );
}

const screen = { columns: 100, rows: 20, style };

describe('the live table', () => {
  test('says what waits for what, and how far an extract is', () => {
    expect(renderTable(after(4), 3000, screen)).toEqual([
      '▶ extract  running            2.0 s  ██▌        file 41 of 163',
      '· tables   waiting                   for extract',
    ]);
  });

  test('an action that ended holds nobody up any more', () => {
    const ended = after(4, [
      [{ kind: 'finished', job: '1', action: 'extract', result: succeeded('extract') }, 4000],
    ]);
    expect(renderTable(ended, 9000, screen)).toEqual([
      '✓ extract  succeeded          3.0 s  0 outputs',
      '· tables   waiting',
    ]);
  });

  test('a line never passes the edge of the screen', () => {
    for (const line of renderTable(after(4), 3000, { ...screen, columns: 30 })) {
      expect(line.length).toBeLessThanOrEqual(30);
    }
  });

  test('where it does not fit, what runs is shown and the rest is counted', () => {
    const jobs = Array.from({ length: 50 }, (_, index) => ({
      job: `${index}`,
      action: `action_${index}`,
      reason: 'runs because you asked for it',
    }));
    const progress = [
      { kind: 'planned', jobs, reused: [] } as const,
      {
        kind: 'progress',
        job: '40',
        action: 'action_40',
        progress: { stage: 'collecting' },
      } as const,
    ].reduce<RunProgress>((table, event) => advance(table, event, 0), new Map());
    const lines = renderTable(progress, 0, { ...screen, rows: 5 });
    expect(lines).toHaveLength(5);
    expect(lines.join('\n')).toContain('action_40');
    expect(lines.at(-1)).toBe('50 actions: 0 succeeded, 0 failed, 49 waiting');
  });
});

test('as plain lines: the plan with its reasons, starts and ends', () => {
  const lines = events.map(([event]) => renderEvent(event)).filter((line) => line !== null);
  expect(lines).toEqual([
    'old: reused: it succeeded on 1 May\nextract: runs because tables needs it\ntables: runs because you asked for it',
    'extract: preparing',
  ]);
});
