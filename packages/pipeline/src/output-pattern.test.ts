import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePattern, matchPattern, patternCovers, patternsOverlap } from './output-pattern.ts';
import { askPython, numRuns } from './python.testing.ts';

describe('matchPattern', () => {
  test.each([
    ['a.csv', 'a.csv', true],
    ['a.csv', 'A.csv', false],
    ['*.csv', 'a.csv', true],
    ['*.csv', '.csv', true],
    ['*.csv', '.hidden.csv', true],
    ['*.csv', 'a.csv.gz', false],
    ['*.csv', 'o/a.csv', false],
    ['o/*.csv', 'o/a.csv', true],
    ['o/*.csv', 'o/p/a.csv', false],
    ['*/a.csv', 'o/a.csv', true],
    ['*/a.csv', '/a.csv', false],
    ['a*b*c.csv', 'abc.csv', true],
    ['a*b*c.csv', 'aXbYbZc.csv', true],
    ['a*b*c.csv', 'aXc.csv', false],
    ['a*a', 'a', false],
    ['*ab*ab', 'ab', false],
    ['a.c*v', 'a.cxv', true],
    ['a+b(c)*.csv', 'a+b(c)1.csv', true],
    ["qu'ote*.csv", "qu'ote1.csv", true],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(matchPattern(pattern, path)).toBe(expected);
  });

  test('takes no time over many stars', () => {
    const match = compilePattern(`${'*a'.repeat(40)}.csv`);
    expect(match(`${'a'.repeat(5000)}.csx`)).toBe(false);
  });
});

const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 4 });
const path = fc.array(
  name.filter((part) => !/^\.+$/.test(part)),
  { minLength: 1, maxLength: 3 },
);
const segment = fc
  .string({ unit: fc.constantFrom('a', 'b', '.', '*', '*'), minLength: 1, maxLength: 4 })
  .filter((part) => !part.includes('**') && !/^\.+$/.test(part));
const pattern = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));

test("matches what Python's pathlib finds in a folder", () => {
  const paths = [...new Set(fc.sample(path, { numRuns: 300 }).map((parts) => parts.join('/')))];
  const patterns = [...new Set(fc.sample(pattern, { numRuns: numRuns * 2 }))];
  const found = askPython<{ files: string[]; matches: string[][] }>(
    `
import json, pathlib, sys, tempfile
given = json.load(sys.stdin)
with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(folder)
    for path in given["paths"]:
        try:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).touch()
        except OSError:
            pass  # a file already stands where a folder is wanted
    files = lambda pattern: sorted(str(p.relative_to(root)) for p in root.glob(pattern) if p.is_file())
    print(json.dumps({"files": files("**/*"), "matches": [files(p) for p in given["patterns"]]}))
`,
    { paths, patterns },
  );
  expect(found.files.length).toBeGreaterThan(50);
  const ours = patterns.map((each) => found.files.filter(compilePattern(each)));
  expect(ours).toEqual(found.matches);
});

/** All short paths over the letters that the patterns use, and one letter that they do not. */
const SHORT_NAMES = (function names(length: number): string[] {
  if (length === 0) return [''];
  const shorter = names(length - 1);
  return [
    ...shorter,
    ...shorter
      .filter((n) => n.length === length - 1)
      .flatMap((n) => ['a', 'b', '.', 'z'].map((c) => n + c)),
  ];
})(5).filter((each) => each !== '');

const shortSegment = segment.filter((each) => each.length <= 3);

test('patternsOverlap and patternCovers agree with trying every short name', () => {
  fc.assert(
    fc.property(shortSegment, shortSegment, (a, b) => {
      const matchesA = compilePattern(a);
      const matchesB = compilePattern(b);
      // Two patterns of three signs that overlap at all do so in a name of five.
      expect(patternsOverlap(a, b)).toBe(SHORT_NAMES.some((n) => matchesA(n) && matchesB(n)));
      expect(patternCovers(a, b)).toBe(SHORT_NAMES.every((n) => !matchesB(n) || matchesA(n)));
    }),
    { numRuns },
  );
});

test('patternsOverlap looks at every folder of a path', () => {
  fc.assert(
    fc.property(pattern, pattern, (a, b) => {
      const [left, right] = [a.split('/'), b.split('/')];
      const expected =
        left.length === right.length &&
        left.every((part, i) => patternsOverlap(part, right[i] ?? ''));
      expect(patternsOverlap(a, b)).toBe(expected);
      expect(patternsOverlap(b, a)).toBe(expected);
    }),
    { numRuns },
  );
});
