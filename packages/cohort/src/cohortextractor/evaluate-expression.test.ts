import { describe, expect, it } from 'vitest';
import { type Cell, evaluateExpression } from './evaluate-expression.ts';
import { parseExpression } from './parse-expression.ts';

const cells: Readonly<Record<string, Cell>> = {
  five: { value: 5, integer: true, empty: 0 },
  zero: { value: 0, integer: true, empty: 0 },
  half: { value: 0.5, integer: false, empty: 0 },
  sex: { value: 'F', integer: false, empty: '' },
  none: { value: '', integer: false, empty: '' },
  padded: { value: 'F  ', integer: false, empty: '' },
  digits: { value: '12', integer: false, empty: '' },
  imd: { value: 0, integer: true, empty: -1 },
  no_imd: { value: -1, integer: true, empty: -1 },
  admitted: { value: '2020-02-01', integer: false, empty: '' },
  died: { value: '2020-03-01', integer: false, empty: '' },
};

function holds(text: string): boolean {
  const parsed = parseExpression(text);
  if (!('expression' in parsed)) throw new Error(parsed.trouble.problem);
  return evaluateExpression(parsed.expression, (name) => {
    const cell = cells[name];
    if (cell === undefined) throw new Error(`no column ${name}`);
    return cell;
  });
}

describe('an expression', () => {
  it.each([
    ['five', true],
    ['zero', false],
    ['NOT none', true],
    ['sex', true],
    // The index of multiple deprivation has a rank 0; its empty value is −1.
    ['imd', true],
    ['no_imd', false],
    ['five = 5 AND sex = "F"', true],
    ['zero OR none', false],
    // Whole numbers divide without remainder, towards zero.
    ['five / 2 = 2', true],
    ['-five / 2 = -2', true],
    ['32844*1/5 = 6568', true],
    ['five / 2.0 = 2.5', true],
    ['five * half = 2.5', true],
    ['five - zero - 1 = 4', true],
    // Blanks at the end do not count; capitals do.
    ['padded = sex', true],
    ["sex = 'F '", true],
    ["sex = 'f'", false],
    // Text beside a number is read as a number.
    ['digits = 12', true],
    ['none = 0', true],
    ['digits + 1 = 13', true],
    // Dates are ISO text, whose order is theirs.
    ['admitted < died', true],
    ['none < admitted', true],
  ])('%s is %s', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  it.each([
    ['five / zero = 1', RangeError],
    ['sex = 1', TypeError],
    ['sex + 1 = 2', TypeError],
  ])('%s stops the query', (text, error) => {
    expect(() => holds(text)).toThrow(error);
  });
});
