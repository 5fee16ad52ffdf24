import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '@vitrine/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AgentLogEntry } from './agent-log.ts';
import { ReportQueue } from './report-queue.ts';
import { identifierOf, PATIENCE } from './testing.ts';

let root: string;
let folder: string;
let log: AgentLogEntry[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vitrine-reports-'));
  folder = join(root, 'reports');
  log = [];
  await mkdir(folder);
});
afterEach(() => rm(root, { recursive: true }));

function report(attempt: number, code: Report['status_code'] = 'succeeded'): Report {
  return {
    job: identifierOf('job'),
    attempt,
    at: '2026-01-02T03:04:05Z',
    status_code: code,
  };
}

const open = (): Promise<ReportQueue> => ReportQueue.open(folder, (entry) => void log.push(entry));

function attempts(queue: ReportQueue): readonly number[] {
  return queue.oldest(1000).map((one) => one.report.attempt);
}

test('what was appended is there again, in its order, for the next process', async () => {
  const queue = await open();
  await queue.append(report(1));
  await Promise.all([2, 3, 4].map((attempt) => queue.append(report(attempt))));
  await queue.append(report(5));
  expect(await readdir(folder)).toHaveLength(3);
  const next = await open();
  expect(attempts(next)).toEqual([1, 2, 3, 4, 5]);
  await next.append(report(6));
  expect(attempts(await open())).toEqual([1, 2, 3, 4, 5, 6]);
});

test('what was delivered is forgotten, a file at a time; the rest of a file is sent again', async () => {
  const queue = await open();
  await Promise.all([1, 2, 3].map((attempt) => queue.append(report(attempt))));
  await queue.delivered(queue.oldest(2));
  expect(attempts(queue)).toEqual([3]);
  expect(attempts(await open())).toEqual([1, 2, 3]);
  await queue.delivered(queue.oldest(1));
  expect(attempts(await open())).toEqual([]);
  expect(await readdir(folder)).toEqual([]);
});

test('a file that was written by halves counts as none; one that was spoilt is told', async () => {
  await writeFile(join(folder, '000000000001.json.abc.partial'), '[');
  await writeFile(join(folder, '000000000002.json'), '[{"job": "x"}]');
  const queue = await open();
  expect(queue.length).toBe(0);
  expect(log.map(({ event }) => event)).toEqual(['reports-unreadable']);
  await queue.append(report(1));
  expect((await readdir(folder)).toSorted()).toEqual(['000000000002.json', '000000000003.json']);
});

test('while nothing can be written, reports are kept, can be delivered, and are written later', async () => {
  const queue = await open();
  // As root, permissions stop nobody; a folder that is not there does.
  await rm(folder, { recursive: true });
  await writeFile(folder, '');
  const safe = [queue.append(report(1)), queue.append(report(2))];
  await expect.poll(() => log.length, PATIENCE).toBeGreaterThan(0);
  expect(log[0]).toMatchObject({ level: 'error', event: 'reports-not-written' });
  expect(attempts(queue)).toEqual([1, 2]);
  await queue.delivered(queue.oldest(1));
  await safe[0];
  await rm(folder);
  await mkdir(folder);
  await safe[1];
  expect(attempts(await open())).toEqual([2]);
});

test('waiting for a report ends with one, or with the signal', async () => {
  const queue = await open();
  const stop = new AbortController();
  const first = queue.arrival(stop.signal);
  await queue.append(report(1));
  await first;
  await queue.delivered(queue.oldest(1));
  const second = queue.arrival(stop.signal);
  stop.abort();
  await second;
  await queue.close();
});

test('a stage is sent in its place, and not worth a write', async () => {
  const queue = await open();
  await queue.append(report(1, 'preparing'));
  await queue.append(report(1));
  await queue.append(report(2, 'executing'));
  expect(queue.oldest(10).map((one) => one.report.status_code)).toEqual([
    'preparing',
    'succeeded',
    'executing',
  ]);
  expect(await readdir(folder)).toHaveLength(1);
  await queue.delivered(queue.oldest(2));
  expect(await readdir(folder)).toEqual([]);
  expect(attempts(queue)).toEqual([2]);
});

test('waiting for the end of a job ends with one, with the time, or with the signal', async () => {
  const queue = await open();
  const stop = new AbortController();
  await queue.append(report(1, 'preparing'));
  await queue.end(1, stop.signal);
  const ended = queue.end(600_000, stop.signal);
  await queue.append(report(1));
  await ended;
  await queue.end(600_000, stop.signal);
  await queue.delivered(queue.oldest(2));
  const stopped = queue.end(600_000, stop.signal);
  stop.abort();
  await stopped;
  await queue.close();
});
