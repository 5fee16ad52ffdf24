import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answersOf, explanationOf, prompts, unanswered } from './explanation.ts';

const line = fc.oneof(
  fc.string(),
  fc.constantFrom(...prompts.map(({ title }) => `${title}:`)),
  fc.constantFrom(...prompts.map(({ title }) => `  ${title}:`)),
);
const answer = fc.array(line, { maxLength: 5 }).map((lines) => lines.join('\n').trim());

test('answers that are kept as the two texts come back as they were', () => {
  fc.assert(
    fc.property(
      fc.record(Object.fromEntries(prompts.map(({ name }) => [name, answer] as const))),
      (answers) => {
        const given = Object.fromEntries(Object.entries(answers).filter(([, text]) => text !== ''));
        const read = Object.entries(answersOf(explanationOf(answers)));
        expect(Object.fromEntries(read.filter(([, text]) => text !== ''))).toEqual(given);
      },
    ),
  );
});

test('texts that were written without the prompts are kept whole', () => {
  const group = { context: 'Ages of 380 people.\n\nThree bands.', controls: 'Rounded to 5.' };
  expect(answersOf(group)).toEqual({ about: group.context, further: group.controls });
  expect(unanswered(group).map(({ name }) => name)).toEqual([
    'variables',
    'population',
    'relation',
    'threshold',
    'rounding',
  ]);
});

test('nothing said is no text, so that the group counts as unexplained', () => {
  expect(explanationOf({ variables: ' ', rounding: '\n' })).toEqual({ context: '', controls: '' });
});
