/** Expressions as text again, with no more parentheses than they need. */
import type { Expression } from './expression.ts';

/** How tightly each kind holds its parts together. */
const tightness: Readonly<Record<Expression['kind'], number>> = {
  or: 1,
  and: 2,
  not: 3,
  compare: 4,
  arithmetic: 5,
  negate: 7,
  column: 8,
  present: 8,
  number: 8,
  string: 8,
};

const PRODUCT = 6;

/** Prints an expression so that `parseExpression` gives the same tree back. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'or':
    case 'and': {
      const word = ` ${expression.kind.toUpperCase()} `;
      return expression.operands
        .map((operand) => within(operand, tightness[expression.kind] + 1))
        .join(word);
    }
    case 'not':
      return `NOT ${within(expression.operand, tightness.not)}`;
    case 'compare':
      return `${within(expression.left, tightness.arithmetic)} ${expression.operator} ${within(expression.right, tightness.arithmetic)}`;
    case 'arithmetic': {
      const own = holds(expression);
      return `${within(expression.left, own)} ${expression.operator} ${within(expression.right, own + 1)}`;
    }
    case 'negate':
      return `-${within(expression.operand, tightness.column)}`;
    case 'column':
    case 'present':
      return expression.name;
    case 'number':
      return printNumber(expression.value, expression.integer);
    case 'string':
      return `'${expression.value}'`;
  }
}

function holds(expression: Expression): number {
  if (expression.kind !== 'arithmetic') return tightness[expression.kind];
  return expression.operator === '*' || expression.operator === '/'
    ? PRODUCT
    : tightness.arithmetic;
}

function within(expression: Expression, atLeast: number): string {
  const text = printExpression(expression);
  return holds(expression) < atLeast || (text.startsWith('-') && atLeast > tightness.arithmetic)
    ? `(${text})`
    : text;
}

function printNumber(value: number, integer: boolean): string {
  if (integer) return BigInt(value).toString();
  const text = String(value).replace('e+', 'e');
  return /[.e]/.test(text) ? text : `${text}.0`;
}
