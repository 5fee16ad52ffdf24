import { afterEach, expect, test, vi } from 'vitest';
import { Changes } from './changes.ts';
import { workWhenDue } from './work-when-due.ts';

const PATIENCE = { timeout: 60_000, interval: 5 };

let stopping = new AbortController();
let running: Promise<void> = Promise.resolve();
afterEach(async () => {
  stopping.abort();
  await running;
  stopping = new AbortController();
});

/** Starts it, and counts how often it worked. */
function start(
  work: (turn: number, changes: Changes<'work'>) => Promise<number | null>,
  onError: (error: unknown) => void = () => {},
): { readonly changes: Changes<'work'>; readonly turns: () => number } {
  const changes = new Changes<'work'>();
  let turns = 0;
  running = workWhenDue({
    changes,
    topics: ['work'],
    work: async () => await work(++turns, changes),
    stopping: stopping.signal,
    onError,
  });
  return { changes, turns: () => turns };
}

test('it works at once, and again when it is told of a change', async () => {
  const { changes, turns } = start(async () => null);
  await vi.waitFor(() => expect(turns()).toBe(1), PATIENCE);
  changes.heard('work');
  await vi.waitFor(() => expect(turns()).toBe(2), PATIENCE);
});

test('what is heard during the work is not missed', async () => {
  const { turns } = start(async (turn, changes) => {
    if (turn === 1) changes.heard('work');
    return null;
  });
  await vi.waitFor(() => expect(turns()).toBe(2), PATIENCE);
});

test('it works when something falls due, also when that is longer off than a timer reaches', async () => {
  const { turns } = start(async (turn) => (turn < 3 ? 1 : 2 ** 40));
  await vi.waitFor(() => expect(turns()).toBe(3), PATIENCE);
});

test('what goes wrong is told, and ends nothing', async () => {
  const errors: unknown[] = [];
  const { changes, turns } = start(
    async (turn) => {
      if (turn === 1) throw new Error('once');
      return null;
    },
    (error) => errors.push(error),
  );
  await vi.waitFor(() => expect(errors).toHaveLength(1), PATIENCE);
  changes.heard('work');
  await vi.waitFor(() => expect(turns()).toBe(2), PATIENCE);
});

test('it ends when it is told to, and hears nothing any more', async () => {
  const { changes, turns } = start(async () => null);
  await vi.waitFor(() => expect(turns()).toBe(1), PATIENCE);
  stopping.abort();
  await running;
  changes.heard('work');
  expect(turns()).toBe(1);
});
