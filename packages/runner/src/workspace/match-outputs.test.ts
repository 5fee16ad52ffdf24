import { matchPattern, type PrivacyLevel, privacyLevels, strictestLevel } from '@vitrine/pipeline';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchOutputs } from './match-outputs.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 200);

const name = fc.constantFrom('a', 'b', 'ab', 'aab');
const path = fc.tuple(name, name).map(([folder, file]) => `${folder}/${file}.csv`);
const pattern = fc.record({
  pattern: fc
    .tuple(name, fc.constantFrom('*', 'a*', '*b', 'a', 'ab', 'a*b'))
    .map(([folder, file]) => `${folder}/${file}.csv`),
  level: fc.constantFrom<PrivacyLevel>(...privacyLevels),
});

test('every path has the strictest level of its patterns, or is told as undeclared', () => {
  fc.assert(
    fc.property(fc.uniqueArray(path), fc.array(pattern, { maxLength: 6 }), (paths, patterns) => {
      const { levels, unmatched, others } = matchOutputs(paths, patterns);
      expect([...levels.keys(), ...others].toSorted()).toEqual(paths.toSorted());
      for (const one of paths) {
        const hits = patterns.filter((declared) => matchPattern(declared.pattern, one));
        expect(levels.get(one)).toBe(strictestLevel(hits.map(({ level }) => level)));
      }
      for (const declared of patterns) {
        const met = paths.some((one) => matchPattern(declared.pattern, one));
        expect(unmatched.includes(declared)).toBe(!met);
      }
    }),
    { numRuns },
  );
});

test('one pattern more never makes a level less strict', () => {
  fc.assert(
    fc.property(fc.uniqueArray(path), fc.array(pattern), pattern, (paths, patterns, more) => {
      const before = matchOutputs(paths, patterns).levels;
      const after = matchOutputs(paths, [...patterns, more]).levels;
      for (const [one, level] of before) {
        const now = after.get(one) ?? level;
        expect(strictestLevel([level, now])).toBe(now);
      }
    }),
    { numRuns },
  );
});
