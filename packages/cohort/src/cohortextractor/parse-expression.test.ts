import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateExpression } from './evaluate-expression.ts';
import type { Arithmetic, Comparison, Expression } from './expression.ts';
import { namesIn, parseExpression } from './parse-expression.ts';
import { printExpression } from './print-expression.ts';

const runs = { numRuns: Number(process.env['FAST_CHECK_RUNS'] ?? 200) };

const reprint = (text: string): string => {
  const parsed = parseExpression(text);
  if ('expression' in parsed) return printExpression(parsed.expression);
  const { position, problem, remedy } = parsed.trouble;
  return `${position}: ${problem}. ${remedy}`;
};

describe('expressions that are read', () => {
  it.each([
    ['foo AND (bar > 3 OR baz = "hello")', "foo AND (bar > 3 OR baz = 'hello')"],
    ['a OR b AND NOT c', 'a OR b AND NOT c'],
    ['(a OR b) AND c', '(a OR b) AND c'],
    ['NOT(a)AND(b)OR(c)', 'NOT a AND b OR c'],
    ['NOT a = b', 'NOT a = b'],
    ['((a))', 'a'],
    ['(a) > (2)', 'a > 2'],
    ['a AND b AND c', 'a AND b AND c'],
    ['a AND (b AND c)', 'a AND (b AND c)'],
    ['NOT NOT a', 'NOT NOT a'],
    ['imd >= 32844*1/5', 'imd >= 32844 * 1 / 5'],
    ['a - (b - c) > 0', 'a - (b - c) > 0'],
    ['a - b - c > 0', 'a - b - c > 0'],
    ['a * (b + c) > 0', 'a * (b + c) > 0'],
    ['a-1 > 2', 'a - 1 > 2'],
    ['a > -1', 'a > -1'],
    ['a > +1', 'a > 1'],
    ['-a < - 0.5', '-a < -0.5'],
    ['a - -1 > 0', 'a - (-1) > 0'],
    ['a = .5 OR a = 1. OR a = 1e3', 'a = 0.5 OR a = 1.0 OR a = 1000.0'],
    ["a = '' OR b != '<>=~ _'", "a = '' OR b != '<>=~ _'"],
    ["'M' = sex", "'M' = sex"],
    ['a -- the rest is silence\n AND b', 'a AND b'],
    ['a /* one\ntwo */ AND b # three', 'a AND b'],
    ['\n\ta\n', 'a'],
    // Names that the original refuses, because SQL knows them.
    ['date AND type = 1 AND level', 'date AND type = 1 AND level'],
    ['1st_dose AND _x', '1st_dose AND _x'],
    ['largest_Ärzte = 1', 'largest_Ärzte = 1'],
  ])('%j is %s', (text, printed) => {
    expect(reprint(text)).toBe(printed);
  });
});

describe('expressions that are refused', () => {
  it.each([
    ['', /^1: the expression is empty/],
    ['  -- nothing', /^1: the expression is empty/],
    ['a and b', /^3: "and" without AND or OR before it\. Write AND in capitals\./],
    ['not a', /^5: "a" without AND or OR before it\. Write NOT in capitals\./],
    ['NOT(a) or b', /^8: "or" .* Write OR in capitals/],
    ['a AND AND b', /^7: AND with nothing to work on/],
    ['a AND', /^6: the expression ends too early/],
    ['(a AND b', /^1: a parenthesis that is not closed/],
    ['a AND b)', /^8: a "\)" that does not belong/],
    ['a AND ()', /^8: empty parentheses/],
    ['a > > b', /^5: ">" with nothing to work on/],
    ['a b', /^3: "b" without AND or OR/],
    ['1 <= a <= 3', /^8: a second comparison in a row/],
    ['a == 1', /^3: "==".*Write = for equal/],
    ['a <> 1', /^3: "<>".*Write != for not equal/],
    ['!a', /^1: "!".*Write NOT/],
    ['a && b', /^3: "&".*Write AND/],
    ['a || b', /^3: "\|".*Write OR/],
    ['a % 2 = 0', /^3: "%"/],
    ['a = 1, b = 2', /^6: ","/],
    ['a; b', /^2: ";"/],
    ['a^2 > 1', /^2: "\^"/],
    ['~a', /^1: "~"/],
    ['`a`', /^1: "`".*without quotes/],
    ['[a]', /^1: "\[".*without brackets/],
    ['t.a = 1', /^1: "t\." with a dot/],
    ['a::int', /^2: ":"/],
    ['a IN (1)', /^3: "IN".*Compare with each value/],
    ['a IN (1, 2)', /^8: ",".*Compare with each value/],
    ['a BETWEEN 1 AND 2', /^3: "BETWEEN".*two comparisons/],
    ['a IS NULL', /^3: "IS".*never null/],
    ['a LIKE "x"', /^3: "LIKE"/],
    ['CASE WHEN a', /"WHEN".*patients\.categorised_as/],
    ['max(a) > 1', /^1: "max" before a parenthesis.*no functions/],
    ['0x1F = a', /^1: hexadecimal number 0x1F/],
    ["a = 'it''s'", /^5: a string with characters/],
    ["a = 'no-hyphens'", /^5: a string with characters/],
    ['a = "no$special$chars"', /^5: a string with characters/],
    ["date = '2020-01-01'", /^8: a date cannot be written/],
    [`a = '${'x'.repeat(65)}'`, /^5: a string of 65 characters/],
    ["a = 'x", /^5: a quote that is not closed/],
    ['a + b', /^1: a value where a condition is needed/],
    ['1', /^1: a value where a condition is needed/],
    ['a AND "x"', /^7: a value where a condition is needed/],
    ['NOT -a', /^5: a value where a condition is needed/],
    ['(a AND b) = 1', /^1: a condition where a value is needed/],
    ['(a > 1) + 1 > 2', /^1: a condition where a value is needed/],
    [`${'('.repeat(300)}a${')'.repeat(300)}`, /too many levels of parentheses/],
    [`${'NOT '.repeat(300)}a`, /too many levels of parentheses/],
  ])('%j', (text, message) => {
    expect(reprint(text)).toMatch(message);
  });
});

it('tells a bare name that is a condition from one that is a value', () => {
  expect(parseExpression('a AND (b) > 1')).toEqual({
    expression: {
      kind: 'and',
      operands: [
        { kind: 'present', name: 'a' },
        {
          kind: 'compare',
          operator: '>',
          left: { kind: 'column', name: 'b' },
          right: { kind: 'number', value: 1, integer: true },
        },
      ],
    },
  });
});

it('lists the names that an expression reads', () => {
  const parsed = parseExpression('NOT (a OR b = c) AND a > -d + 1');
  if (!('expression' in parsed)) throw new Error(parsed.trouble.problem);
  expect(namesIn(parsed.expression)).toEqual(['a', 'b', 'c', 'd']);
});

const names = ['a', 'b', 'c'] as const;
const comparisons: readonly Comparison[] = ['=', '!=', '<', '<=', '>', '>='];
const operators: readonly Arithmetic[] = ['+', '-', '*', '/'];

const trees = fc.letrec<{ condition: Expression; value: Expression }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ kind: fc.constant('present' as const), name: fc.constantFrom(...names) }),
    fc.record({
      kind: fc.constant('compare' as const),
      operator: fc.constantFrom(...comparisons),
      left: tie('value'),
      right: tie('value'),
    }),
    fc.record({ kind: fc.constant('not' as const), operand: tie('condition') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      operands: fc.array(tie('condition'), { minLength: 2, maxLength: 3 }),
    }),
  ),
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ kind: fc.constant('column' as const), name: fc.constantFrom(...names) }),
    fc.record({
      kind: fc.constant('number' as const),
      value: fc.integer({ min: -20, max: 20 }),
      integer: fc.constant(true),
    }),
    fc.record({
      kind: fc.constant('number' as const),
      value: fc.double({ min: -1e9, max: 1e9, noNaN: true }).filter((x) => !Object.is(x, -0)),
      integer: fc.constant(false),
    }),
    fc.record({
      kind: fc.constant('string' as const),
      value: fc.string({ unit: fc.constantFrom(...'aZ0_ <>=~'), maxLength: 64 }),
    }),
    fc.record({ kind: fc.constant('negate' as const), operand: tie('value') }),
    fc.record({
      kind: fc.constant('arithmetic' as const),
      operator: fc.constantFrom(...operators),
      left: tie('value'),
      right: tie('value'),
    }),
  ),
}));

/** The parser folds the sign into a positive number; a tree that does not is one that it never makes. */
function isCanonical(node: Expression): boolean {
  switch (node.kind) {
    case 'negate':
      return (
        !(node.operand.kind === 'number' && node.operand.value > 0) && isCanonical(node.operand)
      );
    case 'not':
      return isCanonical(node.operand);
    case 'and':
    case 'or':
      return node.operands.every(isCanonical);
    case 'compare':
    case 'arithmetic':
      return isCanonical(node.left) && isCanonical(node.right);
    default:
      return true;
  }
}

it('reads back what it prints', () => {
  fc.assert(
    fc.property(trees.condition.filter(isCanonical), (expression) => {
      expect(parseExpression(printExpression(expression))).toEqual({ expression });
    }),
    runs,
  );
});

/** Unparenthesised soup, so that precedence alone decides what it means. */
const flat = fc.letrec<{ condition: string; value: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 5 },
    fc
      .tuple(tie('value'), fc.constantFrom(...comparisons), tie('value'))
      .map((parts) => parts.join(' ')),
    tie('condition').map((text) => `NOT ${text}`),
    fc
      .tuple(tie('condition'), fc.constantFrom('AND', 'OR'), tie('condition'))
      .map((parts) => parts.join(' ')),
    tie('condition').map((text) => `(${text})`),
  ),
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(...names),
    fc.integer({ min: -9, max: 9 }).map(String),
    fc
      .tuple(tie('value'), fc.constantFrom(...operators), tie('value'))
      .map((parts) => parts.join(' ')),
    tie('value').map((text) => `- ${text}`),
    tie('value').map((text) => `(${text})`),
  ),
}));

it('means what SQL means by the same text', () => {
  const database = new DatabaseSync(':memory:');
  const small = fc.integer({ min: -3, max: 3 });
  fc.assert(
    fc.property(flat.condition, fc.record({ a: small, b: small, c: small }), (text, row) => {
      // SQLite has null where SQL Server stops at a division by zero.
      const sql = `SELECT (${text}) AS holds FROM (SELECT ${row.a} AS a, ${row.b} AS b, ${row.c} AS c)`;
      const parsed = parseExpression(text);
      if (!('expression' in parsed)) throw new Error(`${text}: ${parsed.trouble.problem}`);
      const { expression } = parsed;
      const ours = (): boolean =>
        evaluateExpression(expression, (name) => ({
          value: row[name as keyof typeof row],
          integer: true,
          empty: 0,
        }));
      let holds: boolean;
      try {
        holds = ours();
      } catch (error) {
        if (error instanceof RangeError) return;
        throw error;
      }
      const theirs = database.prepare(sql).get()?.['holds'];
      // A side that we need not look at may divide by zero, and is null for SQLite.
      if (theirs !== null) expect(holds).toBe(theirs === 1);
    }),
    runs,
  );
  database.close();
});

it('answers any text at all', () => {
  const soup = fc.string({ unit: fc.constantFrom(...'ab1.\'"()=<>!-+*/ #\nANDORNOT') });
  fc.assert(
    fc.property(fc.oneof(fc.string(), soup), (text) => {
      const parsed = parseExpression(text);
      if ('trouble' in parsed) {
        expect(parsed.trouble.position).toBeGreaterThanOrEqual(1);
        expect(parsed.trouble.position).toBeLessThanOrEqual(text.length + 1);
      }
    }),
    runs,
  );
});
