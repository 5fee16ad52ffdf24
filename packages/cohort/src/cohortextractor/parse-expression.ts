/**
 * The expression language of `satisfying` and `categorised_as` (cohort-extractor §1.7): AND, OR, NOT, comparisons and
 * arithmetic with the precedence of SQL. A bare name where a condition is due asks whether the column has a value.
 */
import type { Arithmetic, Expression } from './expression.ts';
import {
  adviceOnWord,
  type ExpressionTrouble,
  type Token,
  tokeniseExpression,
} from './tokenise-expression.ts';

export type ParsedExpression =
  | { readonly expression: Expression }
  | { readonly trouble: ExpressionTrouble };

/** Deeper nesting than anybody writes; keeps a hostile expression from exhausting the stack. */
const DEEPEST = 200;

/** Reads an expression as a condition. Names are not looked up: see `namesIn`. */
export function parseExpression(text: string): ParsedExpression {
  const scanned = tokeniseExpression(text);
  if ('trouble' in scanned) return scanned;
  try {
    return { expression: condition(new Parser(scanned.tokens).parse()) };
  } catch (error) {
    if (error instanceof Trouble) return { trouble: error.trouble };
    throw error;
  }
}

/** The columns that an expression reads, each once, in the order of their first use. */
export function namesIn(expression: Expression): readonly string[] {
  const names = new Set<string>();
  const visit = (node: Expression): void => {
    switch (node.kind) {
      case 'column':
      case 'present':
        names.add(node.name);
        return;
      case 'and':
      case 'or':
        node.operands.forEach(visit);
        return;
      case 'not':
      case 'negate':
        visit(node.operand);
        return;
      case 'compare':
      case 'arithmetic':
        visit(node.left);
        visit(node.right);
        return;
      case 'number':
      case 'string':
        return;
    }
  };
  visit(expression);
  return [...names];
}

class Trouble extends Error {
  readonly trouble: ExpressionTrouble;

  constructor(position: number, problem: string, remedy: string) {
    super(problem);
    this.trouble = { position, problem, remedy };
  }
}

/** An expression with the place where it begins, before it is known what is a condition and what a value. */
interface Placed {
  readonly position: number;
  readonly node: Expression;
}

class Parser {
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Placed {
    if (this.#next().kind === 'end') {
      throw new Trouble(
        1,
        'the expression is empty',
        'Write a condition, for example "age >= 18".',
      );
    }
    const whole = this.#or();
    const rest = this.#next();
    if (rest.kind !== 'end') throw unexpected(rest, this.#tokens[this.#index - 1]);
    return whole;
  }

  #next(): Token {
    // The end token is never passed, so there is always one.
    return this.#tokens[this.#index] ?? { kind: 'end', position: 1 };
  }

  #deeper<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > DEEPEST) {
      throw new Trouble(
        this.#next().position,
        'too many levels of parentheses',
        'Split the expression over several helper columns.',
      );
    }
    const result = read();
    this.#depth -= 1;
    return result;
  }

  #or(): Placed {
    return this.#chain('or', () => this.#and());
  }

  #and(): Placed {
    return this.#chain('and', () => this.#not());
  }

  #chain(kind: 'and' | 'or', operand: () => Placed): Placed {
    const first = operand();
    if (this.#next().kind !== kind) return first;
    const operands = [condition(first)];
    while (this.#next().kind === kind) {
      this.#index += 1;
      operands.push(condition(operand()));
    }
    return { position: first.position, node: { kind, operands } };
  }

  #not(): Placed {
    const token = this.#next();
    if (token.kind !== 'not') return this.#comparison();
    this.#index += 1;
    const operand = condition(this.#deeper(() => this.#not()));
    return { position: token.position, node: { kind: 'not', operand } };
  }

  #comparison(): Placed {
    const left = this.#sum();
    const token = this.#next();
    if (token.kind !== 'comparison') return left;
    this.#index += 1;
    const right = this.#sum();
    const another = this.#next();
    if (another.kind === 'comparison') {
      throw new Trouble(
        another.position,
        'a second comparison in a row',
        'Join two comparisons with AND: a <= b AND b <= c.',
      );
    }
    return {
      position: left.position,
      node: { kind: 'compare', operator: token.operator, left: value(left), right: value(right) },
    };
  }

  #sum(): Placed {
    return this.#arithmetic(['+', '-'], () => this.#product());
  }

  #product(): Placed {
    return this.#arithmetic(['*', '/'], () => this.#signed());
  }

  #arithmetic(operators: readonly Arithmetic[], operand: () => Placed): Placed {
    let left = operand();
    for (;;) {
      const token = this.#next();
      if (token.kind !== 'arithmetic' || !operators.includes(token.operator)) return left;
      this.#index += 1;
      left = {
        position: left.position,
        node: {
          kind: 'arithmetic',
          operator: token.operator,
          left: value(left),
          right: value(operand()),
        },
      };
    }
  }

  #signed(): Placed {
    const token = this.#next();
    if (token.kind !== 'arithmetic' || (token.operator !== '-' && token.operator !== '+')) {
      return this.#primary();
    }
    this.#index += 1;
    const operand = value(this.#deeper(() => this.#signed()));
    if (token.operator === '+') return { position: token.position, node: operand };
    return { position: token.position, node: negated(operand) };
  }

  #primary(): Placed {
    const token = this.#next();
    const { position } = token;
    switch (token.kind) {
      case 'name':
        this.#index += 1;
        if (this.#next().kind === '(') {
          throw new Trouble(
            position,
            `"${token.name}" before a parenthesis`,
            adviceOnWord(token.name) ?? 'There are no functions in expressions.',
          );
        }
        return { position, node: { kind: 'column', name: token.name } };
      case 'number':
        this.#index += 1;
        return { position, node: { kind: 'number', value: token.value, integer: token.integer } };
      case 'string':
        this.#index += 1;
        return { position, node: { kind: 'string', value: token.value } };
      case '(': {
        this.#index += 1;
        const inner = this.#deeper(() => this.#or());
        const close = this.#next();
        if (close.kind === 'end') {
          throw new Trouble(position, 'a parenthesis that is not closed', 'Add the missing ")".');
        }
        if (close.kind !== ')') throw unexpected(close, this.#tokens[this.#index - 1]);
        this.#index += 1;
        return { position, node: inner.node };
      }
      default:
        throw unexpected(token, this.#tokens[this.#index - 1]);
    }
  }
}

/** `- 1` is the number −1, so that an expression reads back as it was printed. */
function negated(operand: Expression): Expression {
  return operand.kind === 'number' && operand.value > 0
    ? { ...operand, value: -operand.value }
    : { kind: 'negate', operand };
}

function condition({ node, position }: Placed): Expression {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'not':
    case 'compare':
    case 'present':
      return node;
    case 'column':
      return { kind: 'present', name: node.name };
    case 'number':
    case 'string':
    case 'arithmetic':
    case 'negate':
      throw new Trouble(
        position,
        'a value where a condition is needed',
        'Compare it with something, for example "… > 0".',
      );
  }
}

function value({ node, position }: Placed): Expression {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'not':
    case 'compare':
    case 'present':
      throw new Trouble(
        position,
        'a condition where a value is needed',
        'Compare and calculate with columns, numbers and strings only; join conditions with AND and OR.',
      );
    default:
      return node;
  }
}

function unexpected(token: Token, before: Token | undefined): Trouble {
  const advice =
    (token.kind === 'name' ? adviceOnWord(token.name) : null) ??
    (before?.kind === 'name' ? adviceOnWord(before.name) : null);
  switch (token.kind) {
    case 'end':
      return new Trouble(
        token.position,
        'the expression ends too early',
        advice ?? 'Something has to follow what stands last.',
      );
    case ')':
      return new Trouble(
        token.position,
        before?.kind === '(' ? 'empty parentheses' : 'a ")" that does not belong',
        'Every "(" needs one ")", with something between them.',
      );
    case 'name':
    case 'number':
    case 'string':
    case '(':
    case 'not':
      return new Trouble(
        token.position,
        `${wordsFor(token)} without AND or OR before it`,
        advice ?? 'Join conditions with AND or OR.',
      );
    default:
      return new Trouble(
        token.position,
        `${wordsFor(token)} with nothing to work on`,
        advice ?? 'AND, OR, comparisons and signs need something on both sides.',
      );
  }
}

function wordsFor(token: Token): string {
  switch (token.kind) {
    case 'name':
      return `"${token.name}"`;
    case 'number':
      return String(token.value);
    case 'string':
      return `'${token.value}'`;
    case 'comparison':
    case 'arithmetic':
      return `"${token.operator}"`;
    default:
      return token.kind.length > 1 ? token.kind.toUpperCase() : `"${token.kind}"`;
  }
}
