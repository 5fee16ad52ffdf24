/** Random rows: every way to make rows of rows, and the conditions that studies filter them by. */
import {
  ascending,
  distinct,
  file,
  filter,
  group,
  join,
  previous,
  select,
  table,
  union,
} from '../model/build.ts';
import type { AggregateFunction, ValueType } from '../model/model.ts';
import type { Draw } from './draw.ts';
import { drawUsualCondition } from './random-conditions.ts';
import type { RandomSource } from './random-database.ts';
import type { Known, ValueMaker } from './random-scope.ts';
import { valueTypes } from './random-values.ts';

export class RowsMaker {
  readonly #draw: Draw;
  readonly #source: RandomSource;
  readonly #values: ValueMaker;
  /** What was made before, to be shared. */
  readonly #known: Known[] = [];
  #names = 0;

  constructor(draw: Draw, source: RandomSource, values: ValueMaker) {
    this.#draw = draw;
    this.#source = source;
    this.#values = values;
  }

  /** Rows that belong to patients. */
  ofPatients(depth: number): Known {
    const draw = this.#draw;
    const [known, ...others] = this.#known;
    if (known !== undefined && draw.chance(30)) return draw.pick([known, ...others]);
    const made = this.#makeRows(depth);
    this.#known.push(made);
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
        return this.#select(this.ofPatients(depth - 1));
      case 4:
        return this.#union(depth);
      case 5: {
        const from = this.#select(this.ofPatients(depth - 1));
        return { ...from, rows: distinct(from.rows) };
      }
      case 6:
        return this.#group(this.ofPatients(depth - 1));
      case 7:
        return this.#previous(this.ofPatients(depth - 1));
      case 8: {
        const from = this.ofPatients(depth - 1);
        return { ...from, rows: filter(from.rows, this.#values.ofRow('bool', from, 2, false)) };
      }
      default: {
        const from = this.ofPatients(depth - 1);
        return { ...from, rows: filter(from.rows, drawUsualCondition(draw, from, this.#values)) };
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
    return this.#table(draw.pick(['Event', 'Event', 'Admission', 'Patient']));
  }

  #table(name: string): Known {
    const columns = Object.entries(this.#source.schema[name]?.columns ?? {});
    return {
      rows: table(name),
      columns: columns.map(([column, { type }]) => ({ name: column, type, exact: true })),
      ofPatients: true,
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
      const value = this.#values.ofRow(type, from, draw.whole(0, 2), exact);
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
    const left = this.ofPatients(depth - 1);
    const dictionary = draw.chance(60);
    const key = draw.pick(['int', 'str', 'date', 'bool']);
    const [own, ...others] = left.columns.filter(({ type }) => type === key);
    const ofSamePatient = !dictionary && (own === undefined || draw.chance(60));
    const base = ofSamePatient
      ? this.ofPatients(0)
      : // Rows of others see no value of theirs.
        { ...(dictionary ? this.#table('Dictionary') : this.#tableOrFile()), ofPatients: false };
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
      ? filter(base.rows, this.#values.ofRow('bool', base, 1, false))
      : base.rows;
    const right = select(
      kept,
      Object.fromEntries(
        columns.map(({ name, type }) => [name, this.#values.ofRow(type, base, 0, true)]),
      ),
    );
    const on = {
      ...(own === undefined ? {} : { [draw.pick([own, ...others]).name]: keyName }),
      ...(ofSamePatient ? { Patient_ID: 'Patient_ID' } : {}),
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
      const from = this.ofPatients(depth - 1);
      return select(
        from.rows,
        Object.fromEntries(
          columns.map(({ name, type }) => [name, this.#values.ofRow(type, from, 1, true)]),
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
      const value = of === null ? null : this.#values.ofRow(of, from, 1, true);
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
    const of = this.#values.ofRow(type, from, 1, false);
    const name = this.#name();
    // What the order leaves tied must not differ in what is taken.
    const order = [...this.#values.order(from), ascending(of)];
    return {
      rows: previous(from.rows, order, name, of),
      columns: [...from.columns, { name, type, exact: false }],
      ofPatients: true,
    };
  }
}

export type Aggregated = readonly [name: AggregateFunction, of: ValueType | null];

/** The aggregates that give a type, and of what. */
export function aggregatesOf(type: ValueType, exact: boolean): readonly Aggregated[] {
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
