/**
 * A query model as text, for `vitrine cohort explain` and for people who read plans.
 *
 * Rows read as a pipeline, values as expressions. What occurs more than once and is more than a name stands once, under
 * a name of its own, before what uses it.
 */
import { isoOf } from '../calendar.ts';
import type {
  CohortModel,
  ConstantValue,
  PatientValue,
  RowOrder,
  Rows,
  RowValue,
  TextSet,
} from './model.ts';
import { operandsOf } from './operands.ts';

type Value = RowValue | PatientValue;
type Named = Rows | Exclude<Value, ConstantValue>;

/** Elements of a set that are written out. */
const SHOWN = 4;

const infix: Readonly<Record<string, string>> = {
  and: 'and',
  or: 'or',
  equal: '=',
  'not-equal': '!=',
  less: '<',
  'less-or-equal': '<=',
  greater: '>',
  'greater-or-equal': '>=',
  add: '+',
  subtract: '-',
  multiply: '*',
  divide: '/',
};

/** The model, a line a column and a step; ends with a line break. */
export function printModel(model: CohortModel): string {
  const shared = sharedNodes(model);
  const text = new Text(shared);
  const patients = text.rows(model.patients);
  const population = model.population.map(
    ({ words, condition }, index) => `  ${index + 1}. ${words}: ${text.value(condition)}`,
  );
  const columns = model.columns.map(({ name, type, dateLength, value }) => {
    const length = dateLength === null || dateLength === 10 ? '' : ` (${dateLength} characters)`;
    return `  ${name} ${type}${length} = ${text.value(value)}`;
  });
  return [
    ...(text.definitions.length === 0 ? [] : ['shared', ...text.definitions]),
    'patients',
    `  ${patients}`,
    'population',
    ...population,
    'columns',
    ...columns,
    '',
  ].join('\n');
}

/** What is referred to more than once and worth a name. */
function sharedNodes(model: CohortModel): ReadonlySet<Named> {
  const seen = new Set<Named>();
  const shared = new Set<Named>();
  const visit = (node: Rows | Value): void => {
    if (node.kind === 'constant') return;
    if (seen.has(node)) {
      if (!isName(node)) shared.add(node);
      return;
    }
    seen.add(node);
    for (const part of partsOf(node)) visit(part);
  };
  visit(model.patients);
  for (const { condition } of model.population) visit(condition);
  for (const { value } of model.columns) visit(value);
  return shared;
}

/** Whether a node reads as one short word anyway. */
function isName({ kind }: Named): boolean {
  return ['table', 'file', 'index-date', 'patient-id', 'column', 'of-patient'].includes(kind);
}

function isRows(node: Rows | Value): node is Rows {
  return [
    'table',
    'file',
    'filter',
    'join',
    'select',
    'union',
    'distinct',
    'group',
    'previous',
  ].includes(node.kind);
}

function partsOf(node: Rows | Value): readonly (Rows | Value)[] {
  switch (node.kind) {
    case 'table':
    case 'file':
      return [];
    case 'filter':
      return [node.rows, node.condition];
    case 'join':
      return [node.left, node.right];
    case 'select':
      return [node.rows, ...node.columns.map(({ value }) => value)];
    case 'union':
      return node.inputs;
    case 'distinct':
      return [node.rows];
    case 'group':
      return [node.rows, ...node.aggregates.flatMap(({ of }) => (of === null ? [] : [of]))];
    case 'previous':
      return [node.rows, ...node.order.map(({ by }) => by), node.of];
    case 'aggregate':
      return node.of === null ? [node.rows] : [node.rows, node.of];
    case 'first':
      return [node.rows, ...node.order.map(({ by }) => by), node.take];
    case 'of-patient':
      return [node.value];
    default:
      return operandsOf(node).map(([, operand]) => operand);
  }
}

class Text {
  readonly definitions: string[] = [];
  readonly #shared: ReadonlySet<Named>;
  readonly #names = new Map<Named, string>();

  constructor(shared: ReadonlySet<Named>) {
    this.#shared = shared;
  }

  rows(rows: Rows): string {
    return this.#named(rows, () => this.#rows(rows));
  }

  /** @param inner Whether operators around it ask for parentheses. */
  value(value: Value, inner = false): string {
    if (value.kind === 'constant') return constantText(value);
    const text = this.#named(value, () => this.#value(value));
    const bare = this.#names.has(value) || !isInfix(value);
    return inner && !bare ? `(${text})` : text;
  }

  #named(node: Named, write: () => string): string {
    const known = this.#names.get(node);
    if (known !== undefined) return known;
    const text = write();
    if (!this.#shared.has(node)) return text;
    const letter = isRows(node) ? 'rows' : 'value';
    const name = `${letter}${this.#names.size + 1}`;
    this.#names.set(node, name);
    this.definitions.push(`  ${name} = ${text}`);
    return name;
  }

  #rows(rows: Rows): string {
    switch (rows.kind) {
      case 'table':
        return rows.table;
      case 'file':
        return `file(${quoted(rows.path)}${rows.column === null ? '' : `, ${rows.column} ${rows.type}`})`;
      case 'filter':
        return `${this.rows(rows.rows)} | where ${this.value(rows.condition)}`;
      case 'join': {
        const on = rows.on.map(({ left, right }) => (left === right ? left : `${left} = ${right}`));
        const kind = rows.outer ? 'outer join' : 'join';
        return `${this.rows(rows.left)} | ${kind} (${this.rows(rows.right)}) on ${on.join(', ')}`;
      }
      case 'select': {
        const columns = rows.columns.map(({ name, value }) => {
          const text = this.value(value);
          return text === name ? name : `${name} = ${text}`;
        });
        return `${this.rows(rows.rows)} | select ${columns.join(', ') || 'nothing more'}`;
      }
      case 'union':
        return `union(${rows.inputs.map((input) => this.rows(input)).join('; ')})`;
      case 'distinct':
        return `${this.rows(rows.rows)} | distinct`;
      case 'group': {
        const by = rows.by.length === 0 ? '' : ` by ${rows.by.join(', ')}`;
        const aggregates = rows.aggregates.map(
          ({ name, function: how, of }) => `${name} = ${how}(${of === null ? '' : this.value(of)})`,
        );
        return `${this.rows(rows.rows)} | group${by}: ${aggregates.join(', ')}`;
      }
      case 'previous':
        return `${this.rows(rows.rows)} | ${rows.name} = previous(${this.value(rows.of)}) ${this.#order(rows.order)}`;
    }
  }

  #value(value: Exclude<Value, ConstantValue>): string {
    switch (value.kind) {
      case 'index-date':
        return 'index_date';
      case 'patient-id':
        return 'patient_id';
      case 'column':
        return value.name;
      case 'of-patient':
        return `patient's ${this.value(value.value, true)}`;
      case 'aggregate': {
        const of = value.of === null ? '' : `${this.value(value.of)} of `;
        return `${value.function}(${of}${this.rows(value.rows)})`;
      }
      case 'first':
        return `first(${this.value(value.take)} of ${this.rows(value.rows)} ${this.#order(value.order)})`;
      case 'case': {
        const branches = value.branches.map(
          ({ when, then }) => `when ${this.value(when)} then ${this.value(then)}`,
        );
        return `case(${[...branches, `else ${this.value(value.otherwise)}`].join(', ')})`;
      }
      case 'in-set':
        return `matches(${this.value(value.operand)}, ${value.match}, ${setText(value.set)})`;
      case 'category-of':
        return `category(${this.value(value.operand)}, ${value.match}, ${setText(value.set)})`;
      case 'operation': {
        const word = infix[value.operation];
        const operands: readonly Value[] = value.operands;
        return word !== undefined && operands.length > 1
          ? operands.map((operand) => this.value(operand, true)).join(` ${word} `)
          : `${value.operation}(${operands.map((operand) => this.value(operand)).join(', ')})`;
      }
    }
  }

  #order(order: readonly RowOrder[]): string {
    if (order.length === 0) return 'in any order';
    const words = order.map(
      ({ by, direction }) =>
        `${this.value(by, true)}${direction === 'descending' ? ' descending' : ''}`,
    );
    return `ordered by ${words.join(', ')}`;
  }
}

function isInfix(value: Value): boolean {
  return value.kind === 'operation' && value.operation in infix && value.operands.length > 1;
}

function constantText({ type, value }: ConstantValue): string {
  if (value === null) return 'null';
  if (type === 'date') return isoOf(Number(value));
  if (type === 'datetime') return new Date(Number(value)).toISOString().replace('Z', '');
  if (type === 'float' && Number.isInteger(value)) return `${value}.0`;
  return typeof value === 'string' ? quoted(value) : String(value);
}

function setText({ elements, categories, expandVirtualProducts }: TextSet): string {
  const shown = elements.slice(0, SHOWN).map((element, index) => {
    const category = categories?.[index];
    return category === undefined ? quoted(element) : `${quoted(element)}: ${quoted(category)}`;
  });
  const more = elements.length - shown.length;
  const rest = more > 0 ? [`… ${more} more`] : [];
  return `{${[...shown, ...rest].join(', ')}}${expandVirtualProducts ? ' with their other identifiers' : ''}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
