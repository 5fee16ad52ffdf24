/** Random query models over a random source: sound by construction, and close to what planners treat specially. */
import {
  aggregate,
  ascending,
  column,
  constant,
  descending,
  distinct,
  file,
  filter,
  first,
  group,
  indexDate,
  join,
  ofPatient,
  operation,
  patientId,
  previous,
  select,
  table,
  union,
} from '../model/build.ts';
import type {
  AggregateFunction,
  CohortModel,
  ModelColumn,
  PatientValue,
  RowOrder,
  Rows,
  RowValue,
  ValueType,
} from '../model/model.ts';
import { typeOf } from '../model/signatures.ts';
import type { Draw } from './draw.ts';
import { drawCell } from './random-cells.ts';
import type { RandomSource } from './random-database.ts';
import { drawCompound, drawLeaf, drawMembership, valueTypes } from './random-values.ts';

interface ColumnInfo {
  readonly name: string;
  readonly type: ValueType;
  /** Whether its floats are quarters. */
  readonly exact: boolean;
}

/** Rows, and what can be asked of them. */
interface Known {
  readonly rows: Rows;
  readonly columns: readonly ColumnInfo[];
  readonly ofPatients: boolean;
}

const columnTypes = ['int', 'date', 'str', 'bool', 'float'] as const;

const whenEmpty = { int: 0, float: 0, str: '', bool: false } as const;

/** A model whose tables, columns and files are those of the source. */
export function drawModel(draw: Draw, source: RandomSource): CohortModel {
  return new ModelMaker(draw, source).model();
}

class ModelMaker {
  readonly #draw: Draw;
  readonly #source: RandomSource;
  /** What was made before, to be shared. */
  readonly #values: { readonly value: PatientValue; readonly exact: boolean }[] = [];
  readonly #rows: Known[] = [];
  #names = 0;

  constructor(draw: Draw, source: RandomSource) {
    this.#draw = draw;
    this.#source = source;
  }

  model(): CohortModel {
    const draw = this.#draw;
    return {
      patients: this.#patients(),
      population: Array.from({ length: draw.whole(0, 2) }, (_, index) => ({
        words: `step ${index + 1}`,
        condition: draw.chance(50)
          ? operation('coalesce', this.#ofPatient('bool', 3, false), constant('bool', true))
          : this.#ofPatient('bool', 3, false),
      })),
      columns: Array.from({ length: draw.whole(1, 5) }, (_, index) => this.#column(index)),
    };
  }

  #patients(): Rows {
    const patients = table('Patient');
    switch (this.#draw.whole(0, 5)) {
      case 1:
        return distinct(select(union(select(patients, {}), select(table('Event'), {})), {}));
      case 2:
        return group(table('Event'), [], {});
      case 3:
        return join(patients, group(table('Event'), [], { n: ['count'] }), {
          Patient_ID: 'Patient_ID',
        });
      case 4:
        return filter(
          patients,
          operation('is-null', operation('not', operation('is-null', column('Sex', 'str')))),
        );
      default:
        return patients;
    }
  }

  #column(index: number): ModelColumn {
    const draw = this.#draw;
    const type = draw.pick(columnTypes);
    const value = this.#ofPatient(type, 4, false);
    const name = draw.chance(30) ? draw.pick(['order', 'k0', 'v', 'value', 'd', 'p']) : 'column';
    return {
      name: `${name}${index === 0 ? '' : index}`,
      type,
      dateLength: type === 'date' ? draw.pick([10, 7, 4]) : null,
      value:
        type === 'date' ? value : operation('coalesce', value, constant(type, whenEmpty[type])),
    };
  }

  #ofPatient(type: ValueType, depth: number, exact: boolean): PatientValue {
    const draw = this.#draw;
    const shared = this.#values.filter(
      (one) => typeOf(one.value) === type && (one.exact || !exact),
    );
    const [known, ...others] = shared;
    if (known !== undefined && draw.chance(20)) return draw.pick([known, ...others]).value;
    if (depth <= 0) return type === 'int' && draw.chance(20) ? patientId : drawLeaf(draw, type);
    const value = draw.chance(65)
      ? this.#leaf(type, depth - 1, exact)
      : drawCompound<PatientValue>(draw, type, exact, (one, inner) =>
          this.#ofPatient(one, depth - 1, inner),
        );
    this.#values.push({ value, exact });
    return value;
  }

  /** A value that is worked out from rows. */
  #leaf(type: ValueType, depth: number, exact: boolean): PatientValue {
    const draw = this.#draw;
    const from = this.#ofPatients(depth);
    const aggregates = aggregatesOf(type, exact);
    const [one, ...others] = aggregates;
    if (one !== undefined && draw.chance(60)) {
      const [name, of] = draw.pick([one, ...others]);
      return aggregate(name, from.rows, of === null ? null : this.#ofRow(of, from, 1, true));
    }
    return first(from.rows, this.#order(from), this.#ofRow(type, from, 1, exact));
  }

  #order(from: Known): readonly RowOrder[] {
    return Array.from({ length: this.#draw.whole(0, 2) }, () => {
      const type = this.#draw.pick(['date', 'datetime', 'int', 'str', 'float', 'bool']);
      const by = this.#ofRow(type, from, this.#draw.chance(20) ? 1 : 0, false);
      return this.#draw.chance(50) ? ascending(by) : descending(by);
    });
  }

  #ofRow(type: ValueType, from: Known, depth: number, exact: boolean): RowValue {
    const draw = this.#draw;
    const columns = from.columns.filter((one) => one.type === type && (one.exact || !exact));
    const [known, ...others] = columns;
    if (known !== undefined && draw.chance(depth <= 0 ? 85 : 55)) {
      return column(draw.pick([known, ...others]).name, type);
    }
    if (from.ofPatients && draw.chance(8)) {
      return ofPatient(this.#ofPatient(type, Math.max(depth, 1), exact));
    }
    if (depth <= 0) return drawLeaf(draw, type);
    return drawCompound<RowValue>(draw, type, exact, (one, inner) =>
      this.#ofRow(one, from, depth - 1, inner),
    );
  }

  /** A condition of the kind that studies have: a set, and bounds that the index date gives. */
  #usualCondition(from: Known): RowValue {
    const draw = this.#draw;
    const day = (): RowValue =>
      draw.chance(50)
        ? operation('day-of', this.#ofRow('datetime', from, 0, false))
        : this.#ofRow('date', from, 0, false);
    const date = day();
    const bounds = draw.some<() => RowValue>(
      [
        () => operation(draw.pick(['less-or-equal', 'less']), date, this.#bound(from)),
        () => operation(draw.pick(['greater-or-equal', 'greater']), date, this.#bound(from)),
        () => drawMembership(draw, this.#ofRow('str', from, 0, false)),
        () => operation(draw.pick(['less-or-equal', 'greater']), day(), this.#bound(from)),
        () => operation('equal', date, this.#bound(from)),
      ],
      45,
    );
    return operation('and', constant('bool', true), ...bounds.map((bound) => bound()));
  }

  #bound(from: Known): RowValue {
    const draw = this.#draw;
    const start: RowValue = draw.chance(20)
      ? operation(
          draw.pick([
            'first-day-of-month',
            'last-day-of-month',
            'first-day-of-nhs-financial-year',
            'last-day-of-school-year',
          ]),
          indexDate,
        )
      : indexDate;
    if (draw.chance(12)) return constant('date', drawCell(draw, 'date'));
    if (from.ofPatients && draw.chance(12)) return ofPatient(this.#ofPatient('date', 1, false));
    if (draw.chance(40)) return start;
    const [by, most] = draw.pick([
      ['add-days', 40],
      ['add-months', 3],
      ['add-years', 1],
    ]);
    return operation(by, start, constant('int', draw.whole(-most, most)));
  }

  #ofPatients(depth: number): Known {
    const draw = this.#draw;
    const [known, ...others] = this.#rows;
    if (known !== undefined && draw.chance(30)) return draw.pick([known, ...others]);
    const made = this.#makeRows(depth);
    this.#rows.push(made);
    return made;
  }

  #makeRows(depth: number): Known {
    const draw = this.#draw;
    if (depth <= 0) return this.#tableOrFile();
    switch (draw.whole(0, 11)) {
      case 0:
        return this.#tableOrFile();
      case 1:
      case 2:
        return this.#join(depth);
      case 3:
        return this.#select(this.#ofPatients(depth - 1));
      case 4:
        return this.#union(depth);
      case 5: {
        const from = this.#select(this.#ofPatients(depth - 1));
        return { ...from, rows: distinct(from.rows) };
      }
      case 6:
        return this.#group(this.#ofPatients(depth - 1));
      case 7:
        return this.#previous(this.#ofPatients(depth - 1));
      case 8: {
        const from = this.#ofPatients(depth - 1);
        return { ...from, rows: filter(from.rows, this.#ofRow('bool', from, 2, false)) };
      }
      default: {
        const from = this.#ofPatients(depth - 1);
        return { ...from, rows: filter(from.rows, this.#usualCondition(from)) };
      }
    }
  }

  /** A table or a file. */
  #tableOrFile(): Known {
    const draw = this.#draw;
    if (draw.chance(10)) {
      const [path = '', columns = {}] = Object.entries(this.#source.fileColumns)[0] ?? [];
      if (draw.chance(30)) return { rows: file(path), columns: [], ofPatients: true };
      const [name, type] = draw.pick(Object.entries(columns) as [[string, ValueType]]);
      return {
        rows: file(path, { column: name, type }),
        columns: [{ name: 'value', type, exact: true }],
        ofPatients: true,
      };
    }
    return this.#table(draw.pick(['Event', 'Event', 'Admission', 'Patient']), true);
  }

  #table(name: string, ofPatients: boolean): Known {
    const columns = Object.entries(this.#source.schema[name]?.columns ?? {});
    return {
      rows: table(name),
      columns: columns.map(([column, { type }]) => ({ name: column, type, exact: true })),
      ofPatients,
    };
  }

  #name(): string {
    this.#names += 1;
    return this.#draw.chance(20) ? `new ${this.#names}` : `c${this.#names}`;
  }

  /** Columns under new names. */
  #select(from: Known): Known {
    const draw = this.#draw;
    const columns = Array.from({ length: draw.whole(0, 4) }, () => {
      const [type, exact] = [draw.pick(valueTypes), draw.chance(70)];
      const value = this.#ofRow(type, from, draw.whole(0, 2), exact);
      return { name: this.#name(), type, exact, value };
    });
    return {
      ...from,
      rows: select(from.rows, Object.fromEntries(columns.map(({ name, value }) => [name, value]))),
      columns,
    };
  }

  #join(depth: number): Known {
    const draw = this.#draw;
    const left = this.#ofPatients(depth - 1);
    const dictionary = draw.chance(60);
    const base = dictionary ? this.#table('Dictionary', false) : this.#ofPatients(0);
    const key = draw.pick(['int', 'str', 'date', 'bool']);
    const [own, ...others] = left.columns.filter(({ type }) => type === key);
    const keyName = this.#name();
    const columns = [
      { name: keyName, type: key, exact: true },
      ...Array.from({ length: draw.whole(0, 3) }, () => ({
        name: this.#name(),
        type: draw.pick(valueTypes),
        exact: true,
      })),
    ];
    const kept = draw.chance(30)
      ? filter(base.rows, this.#ofRow('bool', base, 1, false))
      : base.rows;
    const right = select(
      kept,
      Object.fromEntries(columns.map(({ name, type }) => [name, this.#ofRow(type, base, 0, true)])),
    );
    const ofPatient = dictionary ? {} : { Patient_ID: 'Patient_ID' };
    const on =
      own === undefined
        ? ofPatient
        : {
            ...(dictionary || draw.chance(60) ? ofPatient : {}),
            [draw.pick([own, ...others]).name]: keyName,
          };
    if (Object.keys(on).length === 0) return left;
    return {
      rows: join(left.rows, right, on, { outer: draw.chance(40) }),
      columns: [...left.columns, ...(own === undefined ? columns : columns.slice(1))],
      ofPatients: true,
    };
  }

  #union(depth: number): Known {
    const draw = this.#draw;
    const columns = Array.from({ length: draw.whole(0, 3) }, () => ({
      name: this.#name(),
      type: draw.pick(valueTypes),
      exact: true,
    }));
    const inputs = Array.from({ length: draw.whole(1, 3) }, () => {
      const from = this.#ofPatients(depth - 1);
      return select(
        from.rows,
        Object.fromEntries(
          columns.map(({ name, type }) => [name, this.#ofRow(type, from, 1, true)]),
        ),
      );
    });
    return { rows: union(...inputs), columns, ofPatients: true };
  }

  #group(from: Known): Known {
    const draw = this.#draw;
    const by = draw.some(
      from.columns.filter(({ name }) => name !== 'Patient_ID'),
      25,
    );
    const aggregates = Array.from({ length: draw.whole(0, 2) }, () => {
      const type = draw.pick(valueTypes);
      const [name, of] = draw.pick([
        ...aggregatesOf(type, false),
        ['count', null],
      ] as unknown as readonly [Aggregated, ...Aggregated[]]);
      const value = of === null ? null : this.#ofRow(of, from, 1, true);
      return { name: this.#name(), how: name, value };
    });
    const rows = group(
      from.rows,
      by.map(({ name }) => name),
      Object.fromEntries(
        aggregates.map(({ name, how, value }) => [name, value === null ? [how] : [how, value]]),
      ),
    );
    const made = rows.aggregates.map(({ name, type, function: how }) => ({
      name,
      type,
      exact: how !== 'mean',
    }));
    return { rows, columns: [...by, ...made], ofPatients: true };
  }

  #previous(from: Known): Known {
    const type = this.#draw.pick(valueTypes);
    const of = this.#ofRow(type, from, 1, false);
    const name = this.#name();
    // What the order leaves tied must not differ in what is taken.
    const order = [...this.#order(from), ascending(of)];
    return {
      rows: previous(from.rows, order, name, of),
      columns: [...from.columns, { name, type, exact: false }],
      ofPatients: true,
    };
  }
}

type Aggregated = readonly [name: AggregateFunction, of: ValueType | null];

/** The aggregates that give a type, and of what. */
function aggregatesOf(type: ValueType, exact: boolean): readonly Aggregated[] {
  const extremes: readonly Aggregated[] = [
    ['minimum', type],
    ['maximum', type],
  ];
  switch (type) {
    case 'bool':
      return [['exists', null]];
    case 'int':
      return [['count', null], ['sum', 'int'], ...extremes];
    case 'float': {
      const mean: readonly Aggregated[] = [
        ['mean', 'float'],
        ['mean', 'int'],
      ];
      return [['sum', 'float'], ...(exact ? [] : mean), ...extremes];
    }
    default:
      return extremes;
  }
}
