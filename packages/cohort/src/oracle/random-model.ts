/** Random query models over a random source: sound by construction, and close to what planners treat specially. */
import {
  aggregate,
  ascending,
  column,
  constant,
  descending,
  distinct,
  filter,
  first,
  group,
  inSet,
  join,
  ofPatient,
  operation,
  patientId,
  select,
  table,
  union,
} from '../model/build.ts';
import type {
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
import { drawSet } from './random-cells.ts';
import { drawUsualCondition } from './random-conditions.ts';
import type { RandomSource } from './random-database.ts';
import { aggregatesOf, RowsMaker } from './random-rows.ts';
import type { Known, ValueMaker } from './random-scope.ts';
import { drawCompound, drawLeaf } from './random-values.ts';

const columnTypes = ['int', 'date', 'str', 'bool', 'float'] as const;

const whenEmpty = { int: 0, float: 0, str: '', bool: false } as const;

/** A model whose tables, columns and files are those of the source. */
export function drawModel(draw: Draw, source: RandomSource): CohortModel {
  return new ModelMaker(draw, source).model();
}

/** Rows that most values of a model are worked out from. */
interface Common {
  readonly from: Known;
  /** What all rows are chosen by, if anything. */
  readonly code: RowValue | null;
}

class ModelMaker implements ValueMaker {
  readonly #draw: Draw;
  /** What was made before, to be shared. */
  readonly #values: { readonly value: PatientValue; readonly exact: boolean }[] = [];
  readonly #rows: RowsMaker;
  /** Where all is asked of the same rows, as studies do of the table of events. */
  #common: Common | null = null;

  constructor(draw: Draw, source: RandomSource) {
    this.#draw = draw;
    this.#rows = new RowsMaker(draw, source, this);
  }

  model(): CohortModel {
    const draw = this.#draw;
    if (draw.chance(25)) this.#common = this.#drawCommon();
    return {
      patients: this.#patients(),
      population: Array.from({ length: draw.pick([0, 1, 2]) }, (_, index) => ({
        words: `step ${index + 1}`,
        condition: this.#step(),
      })),
      columns: Array.from(
        { length: this.#common === null ? draw.whole(1, 5) : draw.pick([5, 8, 12]) },
        (_, index) => this.#column(index),
      ),
    };
  }

  #drawCommon(): Common {
    const from = this.#rows.ofPatients(0);
    const [known, ...others] = from.columns.filter(({ type }) => type === 'str');
    const isCoded = known !== undefined && this.#draw.chance(70);
    return { from, code: isCoded ? column(this.#draw.pick([known, ...others]).name, 'str') : null };
  }

  /** A condition of the population, most of which keep somebody. */
  #step(): PatientValue {
    // As studies ask: registered, or with an event, at the index date or before it.
    if (this.#draw.chance(35)) return aggregate('exists', this.#asked(1).rows);
    const condition = this.ofPatient('bool', 3, false);
    if (this.#draw.chance(30)) return condition;
    const other = constant('int', this.#draw.pick([1, 2, 3, 5, 8]));
    return operation('or', condition, operation('not-equal', patientId, other));
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
    const value = this.ofPatient(type, 4, false);
    const name = draw.chance(30) ? draw.pick(['order', 'k0', 'v', 'value', 'd', 'p']) : 'column';
    return {
      name: `${name}${index === 0 ? '' : index}`,
      type,
      dateLength: type === 'date' ? draw.pick([10, 7, 4]) : null,
      value:
        type === 'date' ? value : operation('coalesce', value, constant(type, whenEmpty[type])),
    };
  }

  ofPatient(type: ValueType, depth: number, exact: boolean): PatientValue {
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
          this.ofPatient(one, depth - 1, inner),
        );
    this.#values.push({ value, exact });
    return value;
  }

  /** A value that is worked out from rows. */
  #leaf(type: ValueType, depth: number, exact: boolean): PatientValue {
    const draw = this.#draw;
    const from = this.#asked(depth);
    const aggregates = aggregatesOf(type, exact);
    const [one, ...others] = aggregates;
    if (one !== undefined && draw.chance(60)) {
      const [name, of] = draw.pick([one, ...others]);
      return aggregate(name, from.rows, of === null ? null : this.ofRow(of, from, 1, true));
    }
    return first(from.rows, this.order(from), this.ofRow(type, from, 1, exact));
  }

  /** Rows that a value is worked out from. */
  #asked(depth: number): Known {
    const draw = this.#draw;
    if (this.#common === null || draw.chance(10)) {
      const all = this.#rows.ofPatients(depth);
      return draw.chance(50)
        ? { ...all, rows: filter(all.rows, drawUsualCondition(draw, all, this)) }
        : all;
    }
    const { from, code } = this.#common;
    const usual = drawUsualCondition(draw, from, this);
    const condition =
      code === null
        ? usual
        : operation(
            'and',
            inSet(
              code,
              drawSet(draw, { categories: false }),
              draw.pick(['exact', 'exact', 'ignore-case']),
            ),
            usual,
          );
    return { ...from, rows: filter(from.rows, condition) };
  }

  order(from: Known): readonly RowOrder[] {
    return Array.from({ length: this.#draw.whole(0, 2) }, () => {
      const type = this.#draw.pick(['date', 'datetime', 'int', 'str', 'float', 'bool']);
      const by = this.ofRow(type, from, this.#draw.chance(20) ? 1 : 0, false);
      return this.#draw.chance(50) ? ascending(by) : descending(by);
    });
  }

  ofRow(type: ValueType, from: Known, depth: number, exact: boolean): RowValue {
    const draw = this.#draw;
    const columns = from.columns.filter((one) => one.type === type && (one.exact || !exact));
    const [known, ...others] = columns;
    if (known !== undefined && draw.chance(depth <= 0 ? 85 : 55)) {
      return column(draw.pick([known, ...others]).name, type);
    }
    if (from.ofPatients && draw.chance(8)) {
      return ofPatient(this.ofPatient(type, Math.max(depth, 1), exact));
    }
    if (depth <= 0) return drawLeaf(draw, type);
    return drawCompound<RowValue>(draw, type, exact, (one, inner) =>
      this.ofRow(one, from, depth - 1, inner),
    );
  }
}
