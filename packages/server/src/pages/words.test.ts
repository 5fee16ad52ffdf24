import { STATUS_CODES, type StatusCode } from '@vitrine/protocol';
import { expect, test } from 'vitest';
import { failureWords, withCode } from './words.ts';

test('commands in the words of a failure are shown as code', () => {
  expect(withCode('Run it with `vitrine run`; see <there>.').toString()).toBe(
    'Run it with <code>vitrine run</code>; see &lt;there&gt;.',
  );
});

test.each(Object.keys(STATUS_CODES) as StatusCode[])('the words of %s show no backtick', (code) => {
  expect(withCode(failureWords(code).join(' ')).toString()).not.toContain('`');
});
