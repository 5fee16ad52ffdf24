/** However the job server tells what it has, what is counted is what it said last of each file. */
import type { ReleaseStanding } from '@vitrine/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Confirmed } from './confirmed.ts';

/** Each size under as many names; the index of a size makes its hash. */
const files = fc.array(fc.record({ size: fc.nat(50), names: fc.integer({ min: 1, max: 3 }) }), {
  minLength: 1,
  maxLength: 5,
});
const answer = fc.record({ file: fc.nat(4), received: fc.nat(60), isWhole: fc.boolean() });

test('bytes are those of every name of every file, as they were told last', () => {
  fc.assert(
    fc.property(files, fc.array(answer, { maxLength: 20 }), (sizes, answers) => {
      const announced = sizes.flatMap(({ size, names }, index) =>
        Array.from({ length: names }, (_, name) => ({
          path: `${index}-${name}`,
          size,
          sha256: `hash ${index}`,
          job: 'j',
          commit: 'c',
          approvals: [],
        })),
      );
      const said = sizes.map(() => 0);
      const standing = (): ReleaseStanding => ({
        release: 'r',
        state: 'receiving',
        files: sizes.map(({ size }, index) => ({
          sha256: `hash ${index}`,
          size,
          received: said[index] ?? 0,
        })),
      });
      const there = new Confirmed(announced, standing());
      for (const { file: wanted, received, isWhole } of answers) {
        const file = wanted % sizes.length;
        const size = sizes[file]?.size ?? 0;
        said[file] = Math.min(received, size);
        if (isWhole) there.see(standing());
        else {
          const heard = { sha256: `hash ${file}`, received, size };
          there.hear({ release: 'r', state: 'receiving', file: heard });
        }
        const bytes = sizes.reduce((sum, { names }, at) => sum + names * (said[at] ?? 0), 0);
        expect(there.bytes).toBe(bytes);
        expect(there.of({ sha256: `hash ${file}` })).toBe(said[file]);
      }
      const last = { sha256: 'hash 0', received: sizes[0]?.size ?? 0, size: sizes[0]?.size ?? 0 };
      there.hear({ release: 'r', state: 'released', file: last });
      expect(there.bytes).toBe(announced.reduce((sum, { size }) => sum + size, 0));
    }),
  );
});
