import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logLine, withoutSecrets } from './operator-log.ts';

const at = new Date('2022-05-12T09:00:00Z');

test('one line of JSON, whatever is in it', () => {
  const line = logLine({ level: 'warn', event: 'x', facts: { reason: 'a\nb', count: 3 } }, at);
  expect(line).not.toContain('\n');
  expect(JSON.parse(line)).toEqual({
    at: '2022-05-12T09:00:00.000Z',
    level: 'warn',
    event: 'x',
    reason: 'a\nb',
    count: 3,
  });
});

test.each([
  'token vitrine_SECRETabcdefgh was refused',
  'Authorization: Bearer SECRETabc.def==',
  'connect postgresql://vitrine:SECRET@db.example.org/x failed',
  'cookie: __Host-vitrine_session=SECRET; a=b',
  'POST /callback?code=SECRET&state=1',
  'client_secret=SECRET',
])('no secret in it: %s', (text) => expect(withoutSecrets(text)).not.toContain('SECRET'));

test('any token of ours, wherever it stands', () => {
  const letters = fc.stringMatching(/^[A-Za-z0-9_-]{20,60}$/);
  fc.assert(
    fc.property(fc.string(), letters, fc.string(), (before, secret, after) => {
      expect(withoutSecrets(`${before} vitrine_${secret} ${after}`)).not.toContain(secret);
    }),
  );
});
