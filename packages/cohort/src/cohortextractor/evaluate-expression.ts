/**
 * What an expression means, one row at a time, with the semantics of SQL Server, where studies run: whole-number division
 * truncates, strings are equal whatever blanks they end with, and nothing is ever null. The yardstick for faster engines.
 */
import type { Arithmetic, Comparison, Expression } from './expression.ts';

/** A column's value in one row. */
export interface Cell {
  /** Flags are 0 and 1; dates are ISO text. */
  readonly value: number | string;
  /** Whether a number is a whole number by type (flags and int columns), which decides how it divides. */
  readonly integer: boolean;
  /** What the value is when the records hold nothing: 0, '', or −1 for the index of multiple deprivation. */
  readonly empty: number | string;
}

interface Value {
  readonly value: number | string;
  readonly integer: boolean;
}

/**
 * Whether a condition holds. Throws RangeError on division by zero and TypeError when text that is no number is calculated
 * with or compared with a number, where SQL Server stops the query too.
 */
export function evaluateExpression(condition: Expression, row: (name: string) => Cell): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.operands.every((operand) => evaluateExpression(operand, row));
    case 'or':
      return condition.operands.some((operand) => evaluateExpression(operand, row));
    case 'not':
      return !evaluateExpression(condition.operand, row);
    case 'present': {
      const { value, empty } = row(condition.name);
      return order(value, empty) !== 0;
    }
    case 'compare': {
      const left = evaluateValue(condition.left, row).value;
      const right = evaluateValue(condition.right, row).value;
      return holds[condition.operator](order(left, right));
    }
    case 'arithmetic':
    case 'negate':
    case 'column':
    case 'number':
    case 'string':
      throw new TypeError(`a ${condition.kind} is not a condition`);
  }
}

const holds: Readonly<Record<Comparison, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function evaluateValue(expression: Expression, row: (name: string) => Cell): Value {
  switch (expression.kind) {
    case 'column':
      return row(expression.name);
    case 'number':
      return expression;
    case 'string':
      return { value: expression.value, integer: false };
    case 'negate': {
      const operand = asNumber(evaluateValue(expression.operand, row));
      return { value: 0 - operand.value, integer: operand.integer };
    }
    case 'arithmetic': {
      const left = asNumber(evaluateValue(expression.left, row));
      const right = asNumber(evaluateValue(expression.right, row));
      const integer = left.integer && right.integer;
      return { value: calculate[expression.operator](left.value, right.value, integer), integer };
    }
    case 'and':
    case 'or':
    case 'not':
    case 'compare':
    case 'present':
      throw new TypeError(`a condition (${expression.kind}) is not a value`);
  }
}

type Calculate = (left: number, right: number, integer: boolean) => number;

const calculate: Readonly<Record<Arithmetic, Calculate>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right, integer) => {
    if (right === 0) throw new RangeError('division by zero');
    // Adding 0 turns −0 into 0.
    return integer ? Math.trunc(left / right) + 0 : left / right;
  },
};

/** Negative, zero or positive, as `left` is less than, equal to or greater than `right`. Text beside a number is read as one. */
function order(left: number | string, right: number | string): number {
  if (typeof left === 'string' && typeof right === 'string') {
    const a = left.replace(/ +$/, '');
    const b = right.replace(/ +$/, '');
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return numberOf(left) - numberOf(right);
}

function asNumber({ value, integer }: Value): { value: number; integer: boolean } {
  return { value: numberOf(value), integer: typeof value === 'string' ? true : integer };
}

function numberOf(value: number | string): number {
  if (typeof value === 'number') return value;
  const text = value.trim();
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)?$/.test(text)) {
    throw new TypeError(`"${value}" is not a number`);
  }
  return Number(text === '+' || text === '-' ? 0 : text);
}
