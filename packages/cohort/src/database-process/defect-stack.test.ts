import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defectStack } from './defect-stack.ts';

const CANARY = 'canary-77';

function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const lying = new Error('short');
lying.stack = `Other: ${CANARY}`;
const changed = new Error('before');
changed.message = CANARY;

test.each<readonly [string, RegExp, unknown]>([
  ['a plain error', /^Error\n {4}at /, new Error(`value ${CANARY}`)],
  [
    'several lines',
    /^RangeError\n {4}at /,
    new RangeError(`a\n    at ${CANARY} (x.ts:1:1)\n${CANARY}`),
  ],
  ['no message', /^TypeError\n {4}at /, new TypeError()],
  [
    'a fault of Node',
    /^TypeError ERR_INVALID_ARG_TYPE(\n {4}at |$)/,
    thrown(() => Buffer.from(undefined as never)),
  ],
  ['a number', /^RangeError\n {4}at /, thrown(() => BigInt(1.5))],
  ['the system', /^Error ENOENT$|^Error ENOENT\n {4}at /, thrown(() => readFileSync(`/${CANARY}`))],
  [
    'a code that is none',
    /^Error\n {4}at /,
    Object.assign(new Error(CANARY), { code: `a ${CANARY}` }),
  ],
  ['a stack of its own', /^Error$/, lying],
  ['a message that was changed', /^Error(\n|$)/, changed],
  ['a name with a value', /^Error\n/, Object.assign(new Error('x'), { name: `x ${CANARY}` })],
  ['a text', /^a thrown string$/, CANARY],
  ['nothing', /^a thrown undefined$/, undefined],
])('%s', (_, expected, error) => {
  const told = defectStack(error);
  expect(told).toMatch(expected);
  expect(told).not.toContain(CANARY);
});
