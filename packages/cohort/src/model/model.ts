/**
 * The query model: what a study asks of the records, without saying how. Front-ends lower to it, the oracle evaluates it
 * over arrays, the planner compiles it. Nodes are plain frozen data and form a graph: a node that occurs twice is shared.
 *
 * Two scopes. A `RowValue` is worked out for each row of some `Rows`; a `PatientValue` once for each patient. The only
 * parameter is the index date, so one model serves every date of a range.
 *
 * Values are SQL's: null is unknown, operations on null give null, `and` and `or` are three-valued, a filter keeps what is
 * true. Texts compare byte by byte unless an operation says otherwise. Dates are days since 1970-01-01; a `datetime` is
 * milliseconds since then, read as a local time without a zone.
 */

export type ValueType = 'bool' | 'int' | 'float' | 'str' | 'date' | 'datetime';

/** A constant: dates as day numbers, datetimes in milliseconds. */
export type Constant = boolean | number | string | null;

/** How an element of a set is looked for in a text. */
export type MatchMode =
  /** The same bytes. */
  | 'exact'
  /** The same after `lower-case`. */
  | 'ignore-case'
  /** The text starts with the element. */
  | 'prefix'
  /** The element occurs somewhere in the text. */
  | 'substring'
  /** As `substring`, and right before it stands a character other than `A-Z a-z 0-9` (cohort-extractor §7.3). */
  | 'code-in-text';

/** Texts to compare with, for example the codes of a codelist. Without duplicates. */
export interface TextSet {
  readonly elements: readonly string[];
  /** Category of each element, where membership means more than yes. */
  readonly categories: readonly string[] | null;
  /**
   * Whether the dictionary of medicines widens the set before it is used (cohort-extractor §3): every virtual product in it
   * also stands for its previous and next identifiers in the table VmpMapping (one step, without regard to case), with the
   * same category. An identifier that the set has itself keeps its category. Only with `exact` and `ignore-case`.
   */
  readonly expandVirtualProducts: boolean;
}

/**
 * Operations with fixed operand types. All give null if an operand is null, except `and`, `or`, `is-null`, `coalesce`,
 * `least` and `greatest`. `and`, `or`, `coalesce`, `least`, `greatest` and `concat` take one operand or more. Comparisons
 * and arithmetic may mix int and float; what is worked out from a float is a float. A date outside the years 1 to 9999 is
 * null. A blank is U+0020, a character a code point.
 */
export type Operation =
  | 'and'
  | 'or'
  | 'not'
  | 'is-null'
  /** First operand that is not null. */
  | 'coalesce'
  /** Smallest and greatest operand that is not null; null if all are. */
  | 'least'
  | 'greatest'
  | 'equal'
  | 'not-equal'
  | 'less'
  | 'less-or-equal'
  | 'greater'
  | 'greater-or-equal'
  | 'add'
  | 'subtract'
  | 'multiply'
  /** Float division; null for a divisor of 0. */
  | 'divide'
  /** Division of integers, truncated towards zero; null for a divisor of 0. */
  | 'divide-integers'
  /** Remainder with the sign of the dividend; null for a divisor of 0. */
  | 'modulo'
  | 'negate'
  /** (float, constant int digits 0 to 10) → float: times 10^digits, to the nearest whole number, halves away from zero, and back. */
  | 'round'
  /** int → float. */
  | 'to-float'
  /** Perhaps blanks around, a sign, and 1 to 15 digits; null for any other text. */
  | 'text-to-int'
  /** Likewise; a decimal point with digits on at least one side, and an exponent of at most two digits, may be there. */
  | 'text-to-float'
  /** int → decimal text. */
  | 'int-to-text'
  /** bool → 1 or 0. */
  | 'bool-to-int'
  /** datetime → date. */
  | 'day-of'
  /** date → int. */
  | 'year-of'
  /** (year, month, day) → date; null where there is no such day. */
  | 'make-date'
  /** 'dd/mm/yyyy' → date; null for any other text. */
  | 'parse-day-month-year'
  /** 'yyyy-mm-dd', perhaps followed by a blank or `T` and anything → date; null for any other text. */
  | 'parse-iso-date'
  /** (date, constant int 4, 7 or 10) → that many first characters of the ISO text. */
  | 'date-to-text'
  /** (date, int). Months and years keep the day, or take the last of a shorter month. */
  | 'add-days'
  | 'add-months'
  | 'add-years'
  | 'first-day-of-month'
  | 'last-day-of-month'
  | 'first-day-of-year'
  | 'last-day-of-year'
  /** 1 April to 31 March. */
  | 'first-day-of-nhs-financial-year'
  | 'last-day-of-nhs-financial-year'
  /** 1 September to 31 August. */
  | 'first-day-of-school-year'
  | 'last-day-of-school-year'
  /** (from date, to date) → calendar years between them, less 1 if `add-years` of that many to the first is after the second. */
  | 'years-between'
  /** (from date, to date) → days. */
  | 'days-between'
  /** Each letter by Unicode's simple mapping. */
  | 'lower-case'
  /** Without blanks at either end. */
  | 'trim'
  /** (text, constant text that is not empty, constant text): every occurrence of the second becomes the third; case-sensitive. */
  | 'replace'
  | 'concat'
  /** (text, constant int start from 1, constant int length from 0). */
  | 'substring';

/** The nodes that both scopes share; `V` is the scope's own value type. */
export interface ConstantValue {
  readonly kind: 'constant';
  readonly type: ValueType;
  readonly value: Constant;
}

/** The index date, a date. */
export interface IndexDate {
  readonly kind: 'index-date';
}

export interface OperationValue<V> {
  readonly kind: 'operation';
  readonly operation: Operation;
  readonly type: ValueType;
  readonly operands: readonly V[];
}

/** First branch whose condition is true, else `otherwise`. */
export interface CaseValue<V> {
  readonly kind: 'case';
  readonly type: ValueType;
  readonly branches: readonly { readonly when: V; readonly then: V }[];
  readonly otherwise: V;
}

/** bool: whether any element of the set matches the text; null for null, whatever the set. */
export interface InSetValue<V> {
  readonly kind: 'in-set';
  readonly operand: V;
  readonly set: TextSet;
  readonly match: MatchMode;
}

/** str: the category of the element equal to the text, the smallest if several are; null if none is. */
export interface CategoryValue<V> {
  readonly kind: 'category-of';
  readonly operand: V;
  readonly set: TextSet;
  readonly match: 'exact' | 'ignore-case';
}

export type RowValue =
  | ConstantValue
  | IndexDate
  | OperationValue<RowValue>
  | CaseValue<RowValue>
  | InSetValue<RowValue>
  | CategoryValue<RowValue>
  /** A column of the rows. */
  | { readonly kind: 'column'; readonly name: string; readonly type: ValueType }
  /** The same for all rows of a patient, for example a date bound that comes from another variable. */
  | { readonly kind: 'of-patient'; readonly value: PatientValue };

export type AggregateFunction = 'exists' | 'count' | 'sum' | 'minimum' | 'maximum' | 'mean';

export interface RowOrder {
  readonly by: RowValue;
  /** Nulls come last either way. */
  readonly direction: 'ascending' | 'descending';
}

export type PatientValue =
  | ConstantValue
  | IndexDate
  | OperationValue<PatientValue>
  | CaseValue<PatientValue>
  | InSetValue<PatientValue>
  | CategoryValue<PatientValue>
  /** int: the patient's identifier. */
  | { readonly kind: 'patient-id' }
  /**
   * Over the patient's rows. `exists` (bool) and `count` (int) have no `of`, are false and 0 without rows; the others pass over
   * nulls and are null without any value. A sum has the type of its values, a mean is a float; there is no minimum of bools.
   */
  | {
      readonly kind: 'aggregate';
      readonly function: AggregateFunction;
      readonly type: ValueType;
      readonly rows: Rows;
      readonly of: RowValue | null;
    }
  /**
   * A value of the patient's first row by `order`; null without rows. Where `order` leaves a tie, the smallest `take` that is not null counts,
   * so that an answer never depends on how an engine reads its tables.
   */
  | {
      readonly kind: 'first';
      readonly type: ValueType;
      readonly rows: Rows;
      readonly order: readonly RowOrder[];
      readonly take: RowValue;
    };

/**
 * A bag of rows with named columns. Rows that belong to patients have the int column `Patient_ID`; dictionaries (of
 * organisations, medicines, …) have none and only occur on the right of a `join`.
 */
export type Rows =
  /** A table of the schema, with all of its columns. */
  | { readonly kind: 'table'; readonly table: string }
  /** Rows that the study brings: `Patient_ID` and at most one more column, `value`. */
  | {
      readonly kind: 'file';
      /** Path in the study, which names it. */
      readonly path: string;
      /** Column of the file that becomes `value`; null for the identifiers alone. */
      readonly column: string | null;
      readonly type: ValueType | null;
    }
  | { readonly kind: 'filter'; readonly rows: Rows; readonly condition: RowValue }
  /**
   * Each pair of rows that agree in all `on` columns (null agrees with nothing). `left` keeps its columns, those of `right` but the `on` ones and
   * `Patient_ID` are added: whose a row is, the left side says. A name may occur once. `outer` keeps rows of `left` without a
   * partner, with nulls.
   */
  | {
      readonly kind: 'join';
      readonly left: Rows;
      readonly right: Rows;
      readonly on: readonly { readonly left: string; readonly right: string }[];
      readonly outer: boolean;
    }
  /** Exactly these columns and `Patient_ID` (where the rows have it, and not among them). */
  | {
      readonly kind: 'select';
      readonly rows: Rows;
      readonly columns: readonly { readonly name: string; readonly value: RowValue }[];
    }
  /** All rows of all inputs, which have the same columns and types. */
  | { readonly kind: 'union'; readonly inputs: readonly Rows[] }
  /** Each different row once. */
  | { readonly kind: 'distinct'; readonly rows: Rows }
  /**
   * A row for each patient and combination of `by` (null is a value of its own), with `Patient_ID`, `by`, and the aggregates as columns. Of
   * rows that belong to no patients, for each combination of `by`, which then has a column.
   */
  | {
      readonly kind: 'group';
      readonly rows: Rows;
      readonly by: readonly string[];
      readonly aggregates: readonly {
        readonly name: string;
        readonly function: AggregateFunction;
        readonly type: ValueType;
        readonly of: RowValue | null;
      }[];
    }
  /**
   * All columns, and `name`: the value of `of` on the patient's row before this one by `order`, null on the first. Rows that `order` leaves
   * tied must not differ in `of`.
   */
  | {
      readonly kind: 'previous';
      readonly rows: Rows;
      readonly order: readonly RowOrder[];
      readonly name: string;
      readonly type: ValueType;
      readonly of: RowValue;
    };

/** A column of the extract. */
export interface ModelColumn {
  readonly name: string;
  readonly type: 'bool' | 'int' | 'float' | 'str' | 'date';
  /** Of dates: how many characters of the ISO text are written. */
  readonly dateLength: 4 | 7 | 10 | null;
  /** Never null, but for dates: a date without a value is null and is written as nothing. */
  readonly value: PatientValue;
}

/** One condition of the population, for its attrition. */
export interface PopulationStep {
  /** In the study's own words. */
  readonly words: string;
  readonly condition: PatientValue;
}

/** What one study definition asks. */
export interface CohortModel {
  /** Rows with one row for each patient of the database, the same at all dates: everybody who could be in an extract. */
  readonly patients: Rows;
  /** Whoever fulfils all of them, in this order, is in the extract. Conditions are bools; null counts as false. */
  readonly population: readonly PopulationStep[];
  /** In the order of the file, `patient_id` first and not among them. */
  readonly columns: readonly ModelColumn[];
}
