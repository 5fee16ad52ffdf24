import { expect, test } from 'vitest';
import { StatementNames } from './named-statements.ts';

test('a text gets a name when it comes again and again, always the same', () => {
  const names = new StatementNames();
  const text = 'select 1';
  expect([names.of(text), names.of(text)]).toEqual([null, null]);
  const name = names.of(text);
  expect(name).toMatch(/^v[0-9a-f]{24}$/);
  expect(names.of(text)).toBe(name);
});

test('texts that only come once, and what is no query, get none, and names are bounded', () => {
  const names = new StatementNames();
  const named = new Set<string>();
  for (let n = 0; n < 5000; n += 1) {
    expect(names.of(`select ${n} from once`)).toBeNull();
    for (let again = 0; again < 5; again += 1) {
      expect(names.of('begin')).toBeNull();
      const name = names.of(`insert ${n}`);
      if (name !== null) named.add(name);
    }
  }
  expect(named.size).toBe(300);
});
