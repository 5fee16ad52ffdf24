import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askPython, numRuns } from './python.testing.ts';
import { joinWords, ShellWordsError, splitWords } from './shell-words.ts';

describe('splitWords', () => {
  test.each([
    ['a b  c', ['a', 'b', 'c']],
    ['', []],
    [' \t\n', []],
    [`a "b c" 'd e'`, ['a', 'b c', 'd e']],
    [`--x="b c"d`, ['--x=b cd']],
    [`'' ""`, ['', '']],
    ['a\\ b', ['a b']],
    ['a\\\nb', ['a\nb']],
    ['"a\\b\\"\\\\\\$"', ['a\\b"\\\\$']],
    ["'a\\'", ['a\\']],
    ['a #b', ['a', '#b']],
    ['a\u00a0b', ['a\u00a0b']],
  ])('%j', (command, words) => {
    expect(splitWords(command)).toEqual(words);
  });

  test.each([
    [`don't`, 'quote', 3],
    ['say "so', 'quote', 4],
    ['"\\', 'quote', 0],
    ['a\\', 'escape', 1],
  ])('%j is not whole', (command, reason, offset) => {
    expect(() => splitWords(command)).toThrow(ShellWordsError);
    expect(() => splitWords(command)).toThrow(expect.objectContaining({ reason, offset }));
  });
});

const commandish = fc.string({
  unit: fc.constantFrom(
    'a',
    'b',
    ' ',
    ' ',
    '"',
    "'",
    '\\',
    '\n',
    '\t',
    '#',
    '$',
    '=',
    'é',
    '😀',
    ';',
  ),
  maxLength: 14,
});

test("both agree with Python's shlex", () => {
  const commands = fc.sample(commandish, { numRuns: numRuns * 10 });
  const words = fc.sample(fc.array(fc.oneof(commandish, fc.string())), { numRuns: numRuns * 2 });
  const python = askPython<{ split: (string[] | null)[]; join: string[] }>(
    `
import json, shlex, sys
def split(command):
    try:
        return shlex.split(command)
    except ValueError:
        return None
given = json.load(sys.stdin)
print(json.dumps({"split": [split(c) for c in given["commands"]], "join": [shlex.join(w) for w in given["words"]]}))
`,
    { commands, words },
  );
  expect(commands.map(splitOrNull)).toEqual(python.split);
  expect(words.map(joinWords)).toEqual(python.join);
});

test('what is joined splits into the same words', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(commandish, fc.string({ unit: 'binary' }))), (words) => {
      expect(splitWords(joinWords(words))).toEqual(words);
    }),
    { numRuns },
  );
});

function splitOrNull(command: string): string[] | null {
  try {
    return splitWords(command);
  } catch (error) {
    if (error instanceof ShellWordsError) return null;
    throw error;
  }
}
