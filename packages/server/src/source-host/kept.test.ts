import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Kept } from './kept.ts';

test('never holds more than there is room for, and what was asked for last goes last', () => {
  const kept = new Kept<string>(10);
  kept.set('a', 'A', 4);
  kept.set('b', 'B', 4);
  expect(kept.get('a')).toBe('A');
  kept.set('c', 'C', 4);
  expect([kept.get('a'), kept.get('b'), kept.get('c')]).toEqual(['A', undefined, 'C']);
  expect(kept.set('d', 'D', 11)).toBe('D');
  expect(kept.get('d')).toBeUndefined();
});

test('whatever is put in, what comes out is what was put in last, and it fits', () => {
  const step = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), size: fc.nat(12) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const kept = new Kept<{ readonly size: number }>(20);
      const last = new Map<string, number>();
      for (const { key, size } of steps) {
        kept.set(key, { size }, size);
        last.set(key, size);
        const held = ['a', 'b', 'c', 'd'].flatMap((name) => {
          const value = kept.get(name);
          if (value !== undefined) expect(value.size).toBe(last.get(name));
          return value === undefined ? [] : [value.size];
        });
        expect(held.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(20);
      }
    }),
  );
});
