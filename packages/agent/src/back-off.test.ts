import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BackOff } from './back-off.ts';
import { Places } from './places.ts';

const RUNS = { numRuns: Number(process.env['FAST_CHECK_RUNS'] ?? 200) };

test('pauses double, stay below the most, and differ by chance by up to a half', () => {
  fc.assert(
    fc.property(fc.float({ min: 0, max: Math.fround(0.999), noNaN: true }), (chance) => {
      const backOff = new BackOff({
        firstMilliseconds: 100,
        mostMilliseconds: 1000,
        random: () => chance,
      });
      for (const full of [100, 200, 400, 800, 1000, 1000]) {
        const pause = backOff.next();
        expect(pause).toBeGreaterThanOrEqual(full / 2);
        expect(pause).toBeLessThanOrEqual(full);
      }
      backOff.reset();
      expect(backOff.next()).toBeLessThanOrEqual(100);
    }),
    RUNS,
  );
});

test('a pause ends early when it is told to', async () => {
  const backOff = new BackOff({
    firstMilliseconds: 1e6,
    mostMilliseconds: 1e6,
    random: Math.random,
  });
  await backOff.pause(AbortSignal.abort());
});

test('never more than there are places, and nobody is forgotten', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.boolean(), { maxLength: 12 }),
      async (size, leaves) => {
        const places = new Places(size);
        let inside = 0;
        let most = 0;
        let went = 0;
        await Promise.all(
          leaves.map(async (leave) => {
            const stop = new AbortController();
            const turn = places.take(stop.signal);
            if (leave) stop.abort(new Error('went'));
            try {
              await turn;
            } catch {
              went += 1;
              return;
            }
            inside += 1;
            most = Math.max(most, inside);
            await Promise.resolve();
            inside -= 1;
            places.give();
          }),
        );
        expect(most).toBeLessThanOrEqual(size);
        expect(went).toBeLessThanOrEqual(leaves.filter(Boolean).length);
        for (let place = 0; place < size; place += 1) await places.take(AbortSignal.timeout(1000));
      },
    ),
    RUNS,
  );
});
