/**
 * A study definition after lowering: flat, typed, validated, with every date expression parsed but not yet evaluated, so
 * that one definition serves any index date. Everything downstream (dummy data, the database engine, measures) reads this.
 */
import type { Place } from '@vitrine/pipeline';
import type { ColumnType, DateFormat } from '../table.ts';
import type { DateExpression } from './date-expression.ts';
import type { Expression } from './expression.ts';

/** A list of clinical codes in one coding system, with a category for each code where it has categories. */
export interface Codelist {
  readonly system: string;
  readonly codes: readonly string[];
  readonly categories: readonly string[] | null;
}

/** Inclusive period. A side that is absent is unbounded. */
export interface Period {
  readonly from?: DateExpression;
  readonly to?: DateExpression;
}

/** A value of an argument after lowering: plain data, codelists resolved. */
export type ArgumentValue =
  | null
  | boolean
  | number
  | string
  | Codelist
  | DateExpression
  | readonly ArgumentValue[]
  | { readonly [key: string]: ArgumentValue };

/** How a column gets its value. */
export type ColumnDefinition =
  /**
   * From the records: one of the `patients.*` functions that read tables. `arguments` has every argument, defaults too, but
   * those that became `period`, `dateFormat` or `expectations`. Lists of texts are arrays, or null for no restriction; an
   * `episode_defined_as` is its number of days; `categorised_as` is `{ type, categories, otherwise }` as below.
   */
  | {
      readonly kind: 'records';
      readonly function: string;
      readonly arguments: Readonly<Record<string, ArgumentValue>>;
      readonly period: Period;
    }
  /** `date_of` and the legacy `*_date`, `*_date_measured` columns: the date that belongs to another column's value. */
  | { readonly kind: 'date-of'; readonly source: string }
  /**
   * `categorised_as` and `satisfying`: first category whose expression holds, else the default. Values of bool columns are
   * true and false, dates ISO text.
   */
  | {
      readonly kind: 'category';
      readonly categories: readonly {
        readonly value: string | number | boolean;
        readonly when: Expression;
      }[];
      readonly otherwise: string | number | boolean;
    }
  /** `maximum_of` and `minimum_of`: row-wise over other columns, empty values ignored. */
  | {
      readonly kind: 'aggregate';
      readonly function: 'maximum' | 'minimum';
      readonly inputs: readonly string[];
    }
  /** The same value for everybody. Dates as ISO text. */
  | { readonly kind: 'fixed'; readonly value: string | number | boolean }
  /** From a file of the study: the value of a column, or whether the patient is in it (`returning` null). */
  | { readonly kind: 'file'; readonly path: string; readonly returning: string | null };

export interface StudyColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** Helper columns are evaluated but not written. */
  readonly hidden: boolean;
  /** Present on date columns: how the date is written. None given in the study means YYYY. */
  readonly dateFormat?: DateFormat;
  readonly definition: ColumnDefinition;
  /** The column's own `return_expectations`, as the study wrote them; merged and checked by `dummy`. */
  readonly expectations: Readonly<Record<string, ArgumentValue>> | null;
  /** For str columns, and dates that are categories, whose values are known: the mapping's keys or the codelist's categories. */
  readonly labels: readonly string[] | null;
  /** Whether the categories of its expectations are written as whole numbers, not as text. */
  readonly numericRatios?: true;
  /** The call in the study's file. */
  readonly place: Place;
}

export interface Measure {
  readonly id: string;
  /** Column names; `population` stands for one a row. */
  readonly denominator: string;
  readonly numerator: string;
  /** Null: one row a patient. `['population']`: one group of everybody. */
  readonly groupBy: readonly string[] | null;
  readonly smallNumberSuppression: boolean;
  readonly place: Place;
}

export interface Study {
  /** Module name, for example `study_definition_bp`. */
  readonly module: string;
  /** ISO date that the definition gives, if it does. */
  readonly indexDate: string | null;
  /** Flat, in definition order, helper columns just before their owner; `population` last. */
  readonly columns: readonly StudyColumn[];
  /** As the study wrote them; dates inside are unevaluated expressions (text). */
  readonly defaultExpectations: Readonly<Record<string, ArgumentValue>> | null;
  readonly measures: readonly Measure[];
}
