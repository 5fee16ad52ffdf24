import fc from 'fast-check';
import { expect, test } from 'vitest';
import { highlightYaml, tokeniseYamlLine } from './highlight-yaml.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 200);

test.each([
  ['version: "3.0"', 'key:version punctuation:: string:"3.0"'],
  [
    '    run: python:latest python analysis/x.py',
    'key:run punctuation:: plain:python:latest plain:python plain:analysis/x.py',
  ],
  [
    '    needs: [a, b]',
    'key:needs punctuation:: punctuation:[ plain:a punctuation:, plain:b punctuation:]',
  ],
  ['  population_size: 1000', 'key:population_size punctuation:: number:1000'],
  ['- item # why', 'punctuation:- plain:item comment:# why'],
  ['a#b: c#d', 'key:a#b punctuation:: plain:c#d'],
])('%s', (line, expected) => {
  const tokens = tokeniseYamlLine(line)
    .filter(([, text]) => text.trim() !== '')
    .map(([kind, text]) => `${kind}:${text.trim()}`);
  expect(tokens.join(' ')).toBe(expected);
});

test('the tokens of any line, put together, are the line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (left, right) => {
      const line = `${left}: ${right}`.replace(/[\r\n]/g, '');
      expect(
        tokeniseYamlLine(line)
          .map(([, text]) => text)
          .join(''),
      ).toBe(line);
    }),
    { numRuns },
  );
});

test('nothing in a file becomes markup', () => {
  expect(highlightYaml('a: <script>alert("x")</script>').toString()).not.toContain('<script');
});
