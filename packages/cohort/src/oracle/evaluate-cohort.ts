/**
 * The query model's meaning, written as plainly as it can be: over arrays, a patient at a time, without SQL and without
 * a plan. Tests compare every engine with it; nobody's rows ever come from it.
 */
import type {
  AggregateFunction,
  CaseValue,
  CategoryValue,
  CohortModel,
  ConstantValue,
  IndexDate,
  InSetValue,
  OperationValue,
  PatientValue,
  RowOrder,
  Rows,
  RowValue,
} from '../model/model.ts';
import type { TableSchema } from '../tpp-schema/column.ts';
import { type Bag, groups, pick } from './bag.ts';
import { aggregate, type Cell, compareNullsLast, type Database, type Row } from './cell.ts';
import { applyOperation } from './operations.ts';
import { categoryOf, elementsOf, matches } from './texts.ts';

/** What a model is asked of. */
export interface Source {
  readonly database: Database;
  /** Rows that the study brings, by path: `Patient_ID` and the file's columns. */
  readonly files: Readonly<Record<string, readonly Row[]>>;
  readonly schema: Readonly<Record<string, TableSchema>>;
}

export interface Cohort {
  /** Sorted by `patient_id`, which comes first; then the model's columns. */
  readonly rows: readonly Row[];
  /** How many patients are left after each step of the population. */
  readonly remaining: readonly number[];
}

const PATIENT = 'Patient_ID';

/**
 * The rows of a model at one index date.
 *
 * @param indexDate A day number.
 */
export function evaluateCohort(model: CohortModel, source: Source, indexDate: number): Cohort {
  const evaluation = new Evaluation(source, indexDate);
  let patients = evaluation
    .rows(model.patients)
    .rows.map((row) => row[PATIENT] ?? null)
    .sort(compareNullsLast);
  const remaining = model.population.map(({ condition }) => {
    patients = patients.filter((patient) => evaluation.ofPatient(condition, patient) === true);
    return patients.length;
  });
  const rows = patients.map((patient) => ({
    patient_id: patient,
    ...Object.fromEntries(
      model.columns.map(({ name, value }) => [name, evaluation.ofPatient(value, patient)]),
    ),
  }));
  return { rows, remaining };
}

type SharedValue<V> =
  | ConstantValue
  | IndexDate
  | OperationValue<V>
  | CaseValue<V>
  | InSetValue<V>
  | CategoryValue<V>;

class Evaluation {
  readonly #source: Source;
  readonly #indexDate: number;
  /** Shared nodes are worked out once; without this a small graph can take for ever. */
  readonly #bags = new Map<Rows, Bag>();
  readonly #byPatient = new Map<Rows, Map<Cell, Row[]>>();
  readonly #values = new Map<PatientValue, Map<Cell, Cell>>();

  constructor(source: Source, indexDate: number) {
    this.#source = source;
    this.#indexDate = indexDate;
  }

  ofPatient(value: PatientValue, patient: Cell): Cell {
    const known = memo(this.#values, value, () => new Map<Cell, Cell>());
    return memo(known, patient, () => this.#ofPatient(value, patient));
  }

  #ofPatient(value: PatientValue, patient: Cell): Cell {
    switch (value.kind) {
      case 'patient-id':
        return patient;
      case 'aggregate':
        return this.#aggregate(value.function, value.of, this.#rowsOf(value.rows, patient));
      case 'first': {
        const sorted = this.#sorted(this.#rowsOf(value.rows, patient), value.order);
        const first = sorted[0];
        if (first === undefined) return null;
        const tied = sorted.filter((row) => this.#compare(row, first, value.order) === 0);
        return this.#aggregate('minimum', value.take, tied);
      }
      default:
        return this.#shared(value, (operand) => this.ofPatient(operand, patient));
    }
  }

  #ofRow(value: RowValue, row: Row): Cell {
    switch (value.kind) {
      case 'column':
        return row[value.name] ?? null;
      case 'of-patient':
        return this.ofPatient(value.value, row[PATIENT] ?? null);
      default:
        return this.#shared(value, (operand) => this.#ofRow(operand, row));
    }
  }

  #shared<V>(value: SharedValue<V>, evaluate: (operand: V) => Cell): Cell {
    switch (value.kind) {
      case 'constant':
        return value.value;
      case 'index-date':
        return this.#indexDate;
      case 'operation':
        return applyOperation(value.operation, value.operands.map(evaluate));
      case 'case': {
        const branch = value.branches.find(({ when }) => evaluate(when) === true);
        return evaluate(branch === undefined ? value.otherwise : branch.then);
      }
      case 'in-set': {
        const text = evaluate(value.operand);
        if (text === null) return null;
        const elements = elementsOf(value.set, this.#source.database);
        return elements.some((element) => matches(String(text), element.text, value.match));
      }
      case 'category-of': {
        const text = evaluate(value.operand);
        if (text === null) return null;
        return categoryOf(String(text), elementsOf(value.set, this.#source.database), value.match);
      }
    }
  }

  #aggregate(name: AggregateFunction, of: RowValue | null, rows: readonly Row[]): Cell {
    const value = aggregate(
      name,
      rows.map((row) => (of === null ? null : this.#ofRow(of, row))),
    );
    return value === 0 ? 0 : value;
  }

  #compare(a: Row, b: Row, order: readonly RowOrder[]): number {
    for (const { by, direction } of order) {
      const [x, y] = [this.#ofRow(by, a), this.#ofRow(by, b)];
      const ascending = compareNullsLast(x, y);
      const descending = x !== null && y !== null && direction === 'descending';
      if (ascending !== 0) return descending ? -ascending : ascending;
    }
    return 0;
  }

  #sorted(rows: readonly Row[], order: readonly RowOrder[]): readonly Row[] {
    return rows.toSorted((a, b) => this.#compare(a, b, order));
  }

  #rowsOf(rows: Rows, patient: Cell): readonly Row[] {
    const all = memo(this.#byPatient, rows, () =>
      Map.groupBy(this.rows(rows).rows, (row) => row[PATIENT] ?? null),
    );
    return all.get(patient) ?? [];
  }

  rows(rows: Rows): Bag {
    return memo(this.#bags, rows, () => this.#rows(rows));
  }

  #rows(rows: Rows): Bag {
    switch (rows.kind) {
      case 'table':
        return {
          columns: Object.keys(this.#source.schema[rows.table]?.columns ?? {}),
          rows: this.#source.database[rows.table] ?? [],
        };
      case 'file': {
        const { column } = rows;
        const lines = this.#source.files[rows.path] ?? [];
        return column === null
          ? { columns: [PATIENT], rows: lines.map((line) => pick(line, [PATIENT])) }
          : {
              columns: [PATIENT, 'value'],
              rows: lines.map((line) => ({
                ...pick(line, [PATIENT]),
                value: line[column] ?? null,
              })),
            };
      }
      case 'filter': {
        const { columns, rows: input } = this.rows(rows.rows);
        return {
          columns,
          rows: input.filter((row) => this.#ofRow(rows.condition, row) === true),
        };
      }
      case 'join':
        return this.#join(rows);
      case 'select': {
        const input = this.rows(rows.rows);
        const kept = input.columns.includes(PATIENT) ? [PATIENT] : [];
        return {
          columns: [...kept, ...rows.columns.map(({ name }) => name)],
          rows: input.rows.map((row) => ({
            ...pick(row, kept),
            ...Object.fromEntries(
              rows.columns.map(({ name, value }) => [name, this.#ofRow(value, row)]),
            ),
          })),
        };
      }
      case 'union': {
        const inputs = rows.inputs.map((input) => this.rows(input));
        return {
          columns: inputs[0]?.columns ?? [],
          rows: inputs.flatMap((input) => input.rows),
        };
      }
      case 'distinct': {
        const { columns, rows: input } = this.rows(rows.rows);
        return { columns, rows: groups(input, columns).map(([row]) => pick(row, columns)) };
      }
      case 'group': {
        const input = this.rows(rows.rows);
        const by = [...input.columns.filter((name) => name === PATIENT), ...rows.by];
        return {
          columns: [...by, ...rows.aggregates.map(({ name }) => name)],
          rows: groups(input.rows, by).map((group) => ({
            ...pick(group[0], by),
            ...Object.fromEntries(
              rows.aggregates.map(({ name, function: how, of }) => [
                name,
                this.#aggregate(how, of, group),
              ]),
            ),
          })),
        };
      }
      case 'previous': {
        const input = this.rows(rows.rows);
        const patients = groups(input.rows, [PATIENT]);
        return {
          columns: [...input.columns, rows.name],
          rows: patients.flatMap((own) =>
            this.#sorted(own, rows.order).map((row, index, sorted) => {
              const before = sorted[index - 1];
              const value = before === undefined ? null : this.#ofRow(rows.of, before);
              return { ...row, [rows.name]: value };
            }),
          ),
        };
      }
    }
  }

  #join({ left, right, on, outer }: Rows & { readonly kind: 'join' }): Bag {
    const [a, b] = [this.rows(left), this.rows(right)];
    const matched = on.map((pair) => pair.right);
    const added = b.columns.filter((name) => name !== PATIENT && !matched.includes(name));
    const rows = a.rows.flatMap((row) => {
      const partners = b.rows.filter((other) =>
        on.every((pair) => {
          const value = row[pair.left] ?? null;
          return value !== null && value === other[pair.right];
        }),
      );
      const found = partners.map((other) => ({ ...row, ...pick(other, added) }));
      return found.length === 0 && outer ? [{ ...row, ...pick({}, added) }] : found;
    });
    return { columns: [...a.columns, ...added], rows };
  }
}

function memo<Key, Value>(known: Map<Key, Value>, key: Key, work: () => Value): Value {
  const value = known.get(key);
  if (value !== undefined) return value;
  const made = work();
  known.set(key, made);
  return made;
}
