/**
 * Expressions of the study language in the query model (cohort-extractor §1.7). `evaluateExpression` says what they mean;
 * two things that stop a query there are unknown here, and a condition that is unknown does not hold: division by zero,
 * and a stored text that is no number where a number is needed.
 */
import { caseOf, constant, operation } from '../../model/build.ts';
import type { PatientValue } from '../../model/model.ts';
import type { Comparison, Expression } from '../expression.ts';
import { type Refuse, recordFaults } from './faults.ts';
import { float, int, text } from './nodes.ts';

/** What a name in an expression stands for. */
export type Operand =
  | { readonly kind: 'flag'; readonly value: PatientValue }
  | {
      readonly kind: 'number';
      readonly value: PatientValue;
      readonly integer: boolean;
      /** The number that stands for nothing. */
      readonly empty: number;
    }
  | {
      readonly kind: 'text';
      readonly value: PatientValue;
      /** Whether no value ends with blanks, which comparisons pass over. */
      readonly tidy: boolean;
      /** The text, where it is the same in every row. */
      readonly literal?: string;
    }
  /** Dates are their text: what has none is '' and so before every date. */
  | { readonly kind: 'date'; readonly value: PatientValue; readonly length: number };

export interface Names {
  /** Column whose expression it is. */
  readonly column: string;
  readonly operand: (name: string) => Operand;
  readonly refuse: Refuse;
}

const comparisonOf = {
  '=': 'equal',
  '!=': 'not-equal',
  '<': 'less',
  '<=': 'less-or-equal',
  '>': 'greater',
  '>=': 'greater-or-equal',
} as const satisfies Record<Comparison, string>;

/** An expression as a condition. */
export function lowerCondition(expression: Expression, names: Names): PatientValue {
  return new Lowering(names).condition(expression);
}

type Text = Extract<Operand, { kind: 'text' }>;
type Numeric = Extract<Operand, { kind: 'number' }>;

/** Blanks at the end do not count: with something in front, trimming takes only those. */
const MARK = '|';

class Lowering {
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  condition(expression: Expression): PatientValue {
    switch (expression.kind) {
      case 'and':
      case 'or':
        return operation(
          expression.kind,
          ...expression.operands.map((operand) => this.condition(operand)),
        );
      case 'not':
        return operation('not', this.condition(expression.operand));
      case 'present':
        return this.#present(this.#names.operand(expression.name));
      case 'compare':
        return this.#compare(
          expression.operator,
          this.#value(expression.left),
          this.#value(expression.right),
        );
      case 'arithmetic':
      case 'negate':
      case 'column':
      case 'number':
      case 'string':
        throw new TypeError(`a ${expression.kind} is not a condition`);
    }
  }

  #present(operand: Operand): PatientValue {
    switch (operand.kind) {
      case 'flag':
        return operand.value;
      case 'number': {
        const empty = operand.integer ? int(operand.empty) : float(operand.empty);
        return operation('not-equal', operand.value, empty);
      }
      case 'text': {
        const value = operand.tidy ? operand.value : operation('trim', operand.value);
        return operation('not-equal', value, text(''));
      }
      case 'date':
        return operation('not', operation('is-null', operand.value));
    }
  }

  #value(expression: Expression): Text | Numeric {
    switch (expression.kind) {
      case 'column':
        return this.#plain(this.#names.operand(expression.name));
      case 'number': {
        const { value, integer } = expression;
        return this.#number(integer ? int(value) : float(value), integer);
      }
      case 'string': {
        const literal = expression.value.replace(/ +$/, '');
        return { kind: 'text', value: text(literal), tidy: true, literal };
      }
      case 'negate': {
        const operand = this.#value(expression.operand);
        const { value, integer } = operand.kind === 'text' ? this.#read(operand, true) : operand;
        return this.#number(operation('negate', value), integer);
      }
      case 'arithmetic':
        return this.#calculate(
          expression.operator,
          this.#value(expression.left),
          this.#value(expression.right),
        );
      default:
        throw new TypeError(`a condition (${expression.kind}) is not a value`);
    }
  }

  #plain(operand: Operand): Text | Numeric {
    switch (operand.kind) {
      case 'flag':
        return this.#number(operation('bool-to-int', operand.value), true);
      case 'date': {
        const written = operation('date-to-text', operand.value, int(operand.length));
        const value = operation('coalesce', written, text(''));
        return { kind: 'text', value, tidy: true };
      }
      default:
        return operand;
    }
  }

  #calculate(
    operator: '+' | '-' | '*' | '/',
    left: Text | Numeric,
    right: Text | Numeric,
  ): Numeric {
    const integer = (operand: Text | Numeric): boolean =>
      operand.kind === 'text' || operand.integer;
    const a = left.kind === 'text' ? this.#read(left, integer(right)) : left;
    const b = right.kind === 'text' ? this.#read(right, integer(left)) : right;
    const whole = a.integer && b.integer;
    const name = { '+': 'add', '-': 'subtract', '*': 'multiply' } as const;
    const value =
      operator === '/'
        ? operation(whole ? 'divide-integers' : 'divide', a.value, b.value)
        : operation(name[operator], a.value, b.value);
    return this.#number(value, whole);
  }

  #compare(operator: Comparison, left: Text | Numeric, right: Text | Numeric): PatientValue {
    const name = comparisonOf[operator];
    if (left.kind === 'text' && right.kind === 'text') {
      const tidy = left.tidy && right.tidy;
      const [a, b] = tidy ? [left.value, right.value] : [marked(left), marked(right)];
      return operation(name, a, b);
    }
    const a = left.kind === 'text' ? this.#read(left, false) : left;
    const b = right.kind === 'text' ? this.#read(right, false) : right;
    return operation(name, a.value, b.value);
  }

  /** A text beside a number, read as one. A blank text counts 0. */
  #read(operand: Text, integer: boolean): Numeric {
    const { literal } = operand;
    if (literal !== undefined) {
      const value = numberIn(literal);
      if (value !== null) return this.#number(integer ? int(value) : float(value), integer);
      const { column } = this.#names;
      this.#names.refuse((place) =>
        recordFaults.diagnose('text-is-no-number', { column, text: literal }, place),
      );
      return this.#number(constant('int', null), true);
    }
    const blank = operation('equal', operation('trim', operand.value), text(''));
    const zero = integer ? int(0) : float(0);
    const read = operation(integer ? 'text-to-int' : 'text-to-float', operand.value);
    return this.#number(caseOf<PatientValue>([[blank, zero]], read), integer);
  }

  #number(value: PatientValue, integer: boolean): Numeric {
    return { kind: 'number', value, integer, empty: 0 };
  }
}

function marked({ literal, value }: Text): PatientValue {
  return literal === undefined
    ? operation('trim', operation('concat', text(MARK), value))
    : text(MARK + literal);
}

/** The number that a text is, in the eyes of the database; null when it is none. */
function numberIn(literal: string): number | null {
  const inner = literal.trim();
  if (inner === '') return 0;
  return /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(inner) ? Number(inner) : null;
}
