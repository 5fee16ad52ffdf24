/**
 * Whether a model is sound: types, scopes, columns of the schema, one row for each patient.
 *
 * A fault is one of the front-end that built the model, for nobody writes models by hand.
 */
import { faultsOfAggregate, faultsOfValue } from './check-value.ts';
import {
  type Columns,
  columnsOf,
  isOnePerPatient,
  joinedColumns,
  PATIENT_COLUMN,
  type Schema,
} from './columns.ts';
import type { CohortModel, PatientValue, RowOrder, Rows, RowValue, ValueType } from './model.ts';
import { nodesBelow, operandsOf } from './operands.ts';
import { typeOf } from './signatures.ts';

export interface ModelFault {
  /** Way to the node from the model, for example `columns.age.value.operands[0].rows`. */
  readonly path: string;
  readonly words: string;
}

/** Everything that is wrong with a model; nothing if it is sound. A node that is shared is judged once. */
export function checkModel(model: CohortModel, schema: Schema): readonly ModelFault[] {
  const check = new Check(schema);
  check.patientRows(model.patients, 'patients');
  if (check.readsIndexDate) {
    check.fault(
      'patients',
      'Who is in the database is the same at all dates: dates belong to the population.',
    );
  }
  if (!isOnePerPatient(model.patients, schema)) {
    check.fault('patients', 'A patient may have more than one of these rows.');
  }
  model.population.forEach(({ condition }, index) => {
    check.ofPatient(condition, `population[${index}].condition`);
    check.type(condition, 'bool', `population[${index}].condition`);
  });
  check.names(['patient_id', ...model.columns.map(({ name }) => name)], 'columns');
  for (const { name, type, dateLength, value } of model.columns) {
    check.ofPatient(value, `columns.${name}.value`);
    check.type(value, type, `columns.${name}.value`);
    if ((type === 'date') !== (dateLength !== null)) {
      check.fault(`columns.${name}`, 'Dates have a length, and nothing else has.');
    }
  }
  return check.faults;
}

/** As `checkModel`. @throws {TypeError} with the first faults in words. */
export function assertSound(model: CohortModel, schema: Schema): void {
  const faults = checkModel(model, schema);
  if (faults.length === 0) return;
  const words = faults.slice(0, 5).map((fault) => `${fault.path}: ${fault.words}`);
  throw new TypeError(`The query model is not sound. ${words.join(' ')}`);
}

class Check {
  readonly faults: ModelFault[] = [];
  /** Whether any value that was judged so far hangs on the index date. */
  readsIndexDate = false;
  readonly #schema: Schema;
  readonly #columns = new Map<Rows, Columns>();
  readonly #seen = new Set<Rows | PatientValue>();
  /** Values of rows are judged by the columns that they see. */
  readonly #seenInRows = new Map<Columns, Set<RowValue>>();
  readonly #seeing = new WeakMap<object, boolean>();

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  fault(path: string, words: string): void {
    this.faults.push({ path, words });
  }

  type(value: RowValue | PatientValue, expected: ValueType, path: string): void {
    const found = typeOf(value);
    if (found !== expected) this.fault(path, `This is ${found} and has to be ${expected}.`);
  }

  names(names: readonly string[], path: string): void {
    for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
      this.fault(path, `There are two columns "${name}".`);
    }
  }

  patientRows(rows: Rows, path: string): void {
    this.#rows(rows, path);
    if (!this.#columnsOf(rows).has(PATIENT_COLUMN)) {
      this.fault(path, `These rows have no ${PATIENT_COLUMN}, so they belong to no patient.`);
    }
  }

  ofPatient(value: PatientValue, path: string): void {
    if (this.#seen.has(value)) return;
    this.#seen.add(value);
    if (value.kind === 'index-date') this.readsIndexDate = true;
    for (const words of faultsOfValue(value)) this.fault(path, words);
    for (const [way, operand] of operandsOf(value)) this.ofPatient(operand, `${path}.${way}`);
    if (value.kind !== 'aggregate' && value.kind !== 'first') return;
    this.patientRows(value.rows, `${path}.rows`);
    const columns = this.#columnsOf(value.rows);
    if (value.kind === 'first') {
      this.#order(value.order, columns, path);
      this.#ofRow(value.take, columns, `${path}.take`);
    } else if (value.of !== null) {
      this.#ofRow(value.of, columns, `${path}.of`);
    }
  }

  #ofRow(value: RowValue, columns: Columns, path: string): void {
    const seen = this.#seenInRows.get(columns) ?? new Set();
    this.#seenInRows.set(columns, seen);
    if (seen.has(value)) return;
    seen.add(value);
    if (value.kind === 'index-date') this.readsIndexDate = true;
    for (const words of faultsOfValue(value)) this.fault(path, words);
    for (const [way, operand] of operandsOf(value)) {
      this.#ofRow(operand, columns, `${path}.${way}`);
    }
    if (value.kind === 'column') {
      this.#column(value.name, columns, path, value.type);
    } else if (value.kind === 'of-patient') {
      if (!columns.has(PATIENT_COLUMN)) {
        this.fault(path, 'Rows that belong to no patient see no value of a patient.');
      }
      this.ofPatient(value.value, `${path}.value`);
    }
  }

  #column(name: string, columns: Columns, path: string, type?: ValueType): void {
    const found = columns.get(name);
    if (found === undefined) {
      this.fault(path, `The rows have no column "${name}".`);
    } else if (type !== undefined && found !== type) {
      this.fault(path, `The column "${name}" is ${found} and not ${type}.`);
    }
  }

  #order(order: readonly RowOrder[], columns: Columns, path: string): void {
    order.forEach(({ by }, index) => {
      this.#ofRow(by, columns, `${path}.order[${index}].by`);
    });
  }

  #columnsOf(rows: Rows): Columns {
    return columnsOf(rows, this.#schema, this.#columns);
  }

  #rows(rows: Rows, path: string): void {
    if (this.#seen.has(rows)) return;
    this.#seen.add(rows);
    switch (rows.kind) {
      case 'table':
        if (this.#schema[rows.table] === undefined) {
          this.fault(path, `There is no table "${rows.table}".`);
        }
        break;
      case 'file':
        if ((rows.column === null) !== (rows.type === null)) {
          this.fault(path, 'A column of a file has a type, and only a column has.');
        }
        break;
      case 'join':
        this.#join(rows, path);
        break;
      case 'union':
        this.#union(rows.inputs, path);
        break;
      default:
        this.#rows(rows.rows, `${path}.rows`);
        this.#oneInput(rows, path);
    }
  }

  #oneInput(rows: Extract<Rows, { readonly rows: Rows }>, path: string): void {
    const columns = this.#columnsOf(rows.rows);
    switch (rows.kind) {
      case 'distinct':
        break;
      case 'filter':
        this.#ofRow(rows.condition, columns, `${path}.condition`);
        this.type(rows.condition, 'bool', `${path}.condition`);
        break;
      case 'select':
        for (const { name, value } of rows.columns) {
          this.#ofRow(value, columns, `${path}.columns.${name}`);
        }
        this.names([PATIENT_COLUMN, ...rows.columns.map(({ name }) => name)], path);
        break;
      case 'group':
        for (const name of rows.by) this.#column(name, columns, path);
        if (rows.by.length === 0) this.patientRows(rows.rows, `${path}.rows`);
        for (const aggregate of rows.aggregates) {
          const way = `${path}.aggregates.${aggregate.name}`;
          for (const words of faultsOfAggregate(aggregate)) this.fault(way, words);
          if (aggregate.of !== null) this.#ofRow(aggregate.of, columns, `${way}.of`);
        }
        this.names([PATIENT_COLUMN, ...rows.by, ...rows.aggregates.map(({ name }) => name)], path);
        break;
      case 'previous':
        this.patientRows(rows.rows, `${path}.rows`);
        this.#order(rows.order, columns, path);
        this.#ofRow(rows.of, columns, `${path}.of`);
        this.type(rows.of, rows.type, `${path}.of`);
        this.names([...columns.keys(), rows.name], path);
        break;
    }
  }

  #join(join: Rows & { readonly kind: 'join' }, path: string): void {
    this.#rows(join.left, `${path}.left`);
    this.#rows(join.right, `${path}.right`);
    const [left, right] = [this.#columnsOf(join.left), this.#columnsOf(join.right)];
    if (join.on.length === 0) this.fault(path, 'A join agrees in one column at least.');
    for (const pair of join.on) {
      const [a, b] = [left.get(pair.left), right.get(pair.right)];
      if (a === undefined) {
        this.fault(path, `There is no column "${pair.left}" on the left.`);
      } else if (b === undefined) {
        this.fault(path, `There is no column "${pair.right}" on the right.`);
      } else if (a !== b) {
        this.fault(path, `"${pair.left}" is ${a} and "${pair.right}" is ${b}.`);
      }
    }
    if (right.has(PATIENT_COLUMN) && !left.has(PATIENT_COLUMN)) {
      this.fault(path, 'Rows that belong to patients stand on the left of a join.');
    }
    const ofSamePatient = join.on.some(
      (pair) => pair.left === PATIENT_COLUMN && pair.right === PATIENT_COLUMN,
    );
    if (right.has(PATIENT_COLUMN) && !ofSamePatient && this.#seesPatients(join.right)) {
      this.fault(path, 'Rows of other patients, who may not be asked for, see no value of theirs.');
    }
    const added = joinedColumns(join, this.#schema, this.#columns).map(([name]) => name);
    this.names([...left.keys(), ...added], path);
  }

  /** Whether anything within the node is compared with a value of a patient. */
  #seesPatients(node: object): boolean {
    const known = this.#seeing.get(node);
    if (known !== undefined) return known;
    const sees =
      ('kind' in node && node.kind === 'of-patient') ||
      nodesBelow(node).some((part) => this.#seesPatients(part));
    this.#seeing.set(node, sees);
    return sees;
  }

  #union(inputs: readonly Rows[], path: string): void {
    inputs.forEach((input, index) => {
      this.#rows(input, `${path}.inputs[${index}]`);
    });
    const shapes = new Set(
      inputs.map((input) =>
        [...this.#columnsOf(input)]
          .map(([name, type]) => `${name} ${type}`)
          .sort()
          .join(', '),
      ),
    );
    if (inputs.length === 0) this.fault(path, 'A union has an input at least.');
    if (shapes.size > 1) {
      this.fault(path, `The inputs differ in their columns: ${[...shapes].join(' / ')}.`);
    }
  }
}
