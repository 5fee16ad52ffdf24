/** The columns of a study, lowered one after another; each may use those above it. */
import type { Diagnostic } from '@vitrine/pipeline';
import { constant, file, first, column as made, operation } from '../../model/build.ts';
import type { Constant, PatientValue } from '../../model/model.ts';
import type { ColumnType } from '../../table.ts';
import type { DateExpression } from '../date-expression.ts';
import type { ArgumentValue, ColumnDefinition, Study, StudyColumn } from '../study.ts';
import { aggregateColumns } from './aggregates.ts';
import { chooseCategory, constantOf } from './categories.ts';
import { type DateScope, lowerDate, lowerPeriod } from './dates.ts';
import type { Names, Operand } from './expressions.ts';
import { type Refuse, recordFaults } from './faults.ts';
import { lowerFunction } from './functions.ts';
import type { Answer, Call, LoweredColumn } from './lowering.ts';
import { exists } from './matches.ts';

type RecordsDefinition = Extract<ColumnDefinition, { kind: 'records' }>;

/** What stands for nothing in an extract (§1.3). */
const usualEmpty: Readonly<Record<ColumnType, Constant>> = {
  bool: false,
  int: 0,
  float: 0,
  str: '',
  date: null,
};

export class StudyColumns {
  readonly #lowered = new Map<string, LoweredColumn>();
  readonly #columns: ReadonlyMap<string, StudyColumn>;
  readonly #faults: Diagnostic[];
  readonly #dates: DateScope;

  /** Lowers all columns. Faults are added to `faults`. `today` is a day number. */
  constructor(study: Study, today: number, faults: Diagnostic[]) {
    this.#faults = faults;
    this.#columns = new Map(study.columns.map((column) => [column.name, column]));
    this.#dates = { today, dateIn: (name) => this.#dateIn(name) };
    for (const column of study.columns) this.#lowered.set(column.name, this.#lower(column));
  }

  /** Throws RangeError when there is none above: the reading of the study made sure that there is. */
  get(name: string): LoweredColumn {
    const column = this.#lowered.get(name);
    if (column === undefined) throw new RangeError(`no column ${name} above`);
    return column;
  }

  /** The names that the expressions of a column may use. */
  namesFor(column: StudyColumn): Names {
    return {
      column: column.name,
      operand: (name) => operandOf(this.get(name)),
      refuse: this.#refuseFor(column),
    };
  }

  #refuseFor({ place }: StudyColumn): Refuse {
    return (diagnose) => {
      this.#faults.push(diagnose(place));
    };
  }

  #lower(column: StudyColumn): LoweredColumn {
    const { name, type, dateFormat = null } = column;
    const answer = this.#answer(column);
    const empty = answer.empty ?? usualEmpty[type];
    return {
      name,
      type,
      dateFormat,
      value: neverNull(answer.value, type, empty),
      empty,
      date: answer.date ?? null,
      seen: answer.seen ?? null,
      tidy: isTidy(column),
    };
  }

  #answer(column: StudyColumn): Answer {
    const { definition, type } = column;
    switch (definition.kind) {
      case 'records': {
        const lower = Object.hasOwn(lowerFunction, definition.function)
          ? lowerFunction[definition.function]
          : undefined;
        if (lower !== undefined) return lower(this.#call(column, definition));
        const values = { column: column.name, function: definition.function };
        this.#refuseFor(column)((place) =>
          recordFaults.diagnose('function-without-records', values, place),
        );
        return { value: constant(type, null) };
      }
      case 'date-of': {
        const { date } = this.get(definition.source);
        if (date === null) throw new RangeError(`${definition.source} has no date`);
        return { value: date };
      }
      case 'category':
        return { value: chooseCategory(definition, type, this.namesFor(column)) };
      case 'aggregate': {
        const inputs = definition.inputs.map((input) => this.get(input));
        return aggregateColumns(definition.function, type, inputs);
      }
      case 'fixed':
        return { value: constantOf(type, definition.value) };
      case 'file':
        return { value: fromFile(definition.path, definition.returning, type) };
    }
  }

  #call(column: StudyColumn, definition: RecordsDefinition): Call {
    const refuse = this.#refuseFor(column);
    const given = definition.arguments;
    return {
      ...this.#dates,
      name: column.name,
      function: definition.function,
      type: column.type,
      given,
      period: lowerPeriod(definition.period, this.#dates, refuse),
      date: (argument) => {
        const expression = given[argument];
        if (!isDateExpression(expression)) throw new TypeError(`${argument} is not a date`);
        return lowerDate(expression, this.#dates, refuse);
      },
      callOf: (name) => {
        const source = this.#columns.get(name);
        return source?.definition.kind === 'records' ? this.#call(source, source.definition) : null;
      },
      refuse,
    };
  }

  /** A date that is known to the month counts from the first of it (§2.4). */
  #dateIn(name: string): PatientValue {
    const { value, dateFormat } = this.get(name);
    return dateFormat === 'YYYY-MM-DD' ? value : operation('first-day-of-month', value);
  }
}

/** Whether an argument is a date, as the reading of a call left it. */
export function isDateExpression(value: ArgumentValue | undefined): value is DateExpression {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    (value.kind === 'date' || value.kind === 'relative')
  );
}

/** Where a file names a patient twice the smallest value counts. */
function fromFile(path: string, returning: string | null, type: ColumnType): PatientValue {
  return returning === null
    ? exists(file(path))
    : first(file(path, { column: returning, type }), [], made('value', type));
}

/** A value with what stands for nothing in place of null; dates stay as they are (§7.2). */
function neverNull(value: PatientValue, type: ColumnType, empty: Constant): PatientValue {
  return type === 'date' || isKnown(value)
    ? value
    : operation('coalesce', value, constant(type, empty));
}

/** Whether a value is never null as it stands. */
function isKnown(value: PatientValue): boolean {
  switch (value.kind) {
    case 'constant':
      return value.value !== null;
    case 'aggregate':
      return value.function === 'exists' || value.function === 'count';
    case 'case':
      return value.branches.every(({ then }) => isKnown(then)) && isKnown(value.otherwise);
    default:
      return false;
  }
}

/** Whether no text of the column ends with blanks, as far as its definition tells. */
function isTidy({ definition, labels }: StudyColumn): boolean {
  const texts = definition.kind === 'fixed' ? [String(definition.value)] : labels;
  return texts?.every((text) => !text.endsWith(' ')) ?? false;
}

function operandOf({ type, value, empty, seen, dateFormat, tidy }: LoweredColumn): Operand {
  if (seen !== null) return seen;
  switch (type) {
    case 'bool':
      return { kind: 'flag', value };
    case 'int':
    case 'float':
      return { kind: 'number', value, integer: type === 'int', empty: Number(empty) };
    case 'str':
      return { kind: 'text', value, tidy };
    case 'date':
      return { kind: 'date', value, length: dateFormat?.length ?? 4 };
  }
}
