import fc from 'fast-check';
import { expect, test } from 'vitest';
import { breakable, flag, html } from './html.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 200);

test('no text can end a tag, an attribute or itself', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const made = html`<a title="${text}">${[text]}</a>`.toString();
      expect(made.match(/[<>"]/g)?.join('')).toBe('<"">' + '<>');
    }),
    { numRuns },
  );
});

test('nothing is printed for nothing', () => {
  expect(html`${null}${undefined}${false}${[null, 'a', 0, 1n]}`.toString()).toBe('a01');
  expect(html`<input${flag('checked', true)}${flag('disabled', false)}>`.toString()).toBe(
    '<input checked>',
  );
});

test('long names break after their own signs', () => {
  expect(breakable('a_b-c/d').toString()).toBe('a_<wbr>b-<wbr>c/<wbr>d');
});
