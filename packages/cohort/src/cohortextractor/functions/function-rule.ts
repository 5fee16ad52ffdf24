/** How the functions of the study language are described: what they take, what they give, what excludes what. */
import type { ColumnType, DateFormat } from '../../table.ts';
import type { ArgumentValue, Period } from '../study.ts';

/** One parameter. Those without a value of their own (`bound` to `expectations`) shape the column instead. */
export type Parameter = { readonly required: boolean } & (
  | { readonly kind: 'codelist'; readonly systems: readonly string[] }
  /** Text, or several. Numbers among them become text. Comes out as a list, or null when none were given. */
  | {
      readonly kind: 'texts';
      /** A lone text is refused. */
      readonly listOnly?: boolean;
      /** A list with nothing in it is refused; elsewhere it means no restriction. */
      readonly neverEmpty?: boolean;
      /** Blanks around a text do not count. */
      readonly trimmed?: boolean;
      /** The only values that are allowed. */
      readonly allowed?: readonly string[];
    }
  | {
      readonly kind: 'choice';
      readonly allowed: readonly string[];
      readonly default: string | null;
    }
  | {
      readonly kind: 'returning';
      /** What can be returned, and as what type of column. */
      readonly types: Readonly<Record<string, ColumnType>>;
      readonly default: string | null;
      /** Former names that are refused, with today's. */
      readonly renamed?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'flag'; readonly default: boolean }
  | { readonly kind: 'number'; readonly whole: boolean; readonly default: number | null }
  /** `only`: the one day that there are records for. */
  | { readonly kind: 'date'; readonly only?: string }
  /** Text such as "series of events each <= 14 days apart". Comes out as the number of days. */
  | { readonly kind: 'episode' }
  | { readonly kind: 'column-name' }
  | { readonly kind: 'categories'; readonly names: Readonly<Record<string, string>> }
  /** A dictionary with these keys, each a text, several texts or a codelist. */
  | { readonly kind: 'matchers'; readonly keys: readonly string[] }
  /** Read by whatever lowers this function alone. */
  | { readonly kind: 'special'; readonly expected: string }
  | { readonly kind: 'bound' }
  | { readonly kind: 'between' }
  | { readonly kind: 'date-format'; readonly default: DateFormat | null }
  | { readonly kind: 'legacy-date-format' }
  /** Older way to say `returning`, and which match. */
  | {
      readonly kind: 'legacy-result';
      readonly returning: string;
      readonly find?: 'find_first_match_in_period' | 'find_last_match_in_period';
    }
  /** Asks for a second column with the date; its name is the column's with this suffix. */
  | { readonly kind: 'extra-date'; readonly suffix: string }
  | { readonly kind: 'expectations' }
);

/** A call whose arguments have been read. */
export interface ReadCall {
  /** By the name that the column's definition uses, defaults filled in. */
  readonly arguments: Readonly<Record<string, ArgumentValue>>;
  readonly period: Period;
  readonly dateFormat: DateFormat | null;
}

/** Arguments that exclude or require one another. */
export interface ArgumentRule {
  readonly broken: (call: ReadCall) => boolean;
  /** Completes "patients.… ". */
  readonly problem: string;
  /** A sentence. */
  readonly remedy: string;
}

export interface FunctionRule {
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Which kind of column definition it becomes. */
  readonly makes: 'records' | 'category' | 'aggregate' | 'date-of' | 'fixed' | 'file';
  /** `returning`: see that parameter. `own`: whatever lowers this function alone decides. */
  readonly type: ColumnType | 'returning' | 'own';
  /** Takes helper columns as further keywords. */
  readonly takesColumns?: true;
  readonly rules?: readonly ArgumentRule[];
  /**
   * Why there is no date to go with the value, or null when there is one. Completes "…, " after the column's name.
   * Functions without this never have one.
   */
  readonly withoutDate?: (call: ReadCall) => { problem: string; remedy: string } | null;
  /** Former names of arguments, with today's. */
  readonly renamedArguments?: Readonly<Record<string, string>>;
  /** Arguments that the definition knows by another name. */
  readonly storedAs?: Readonly<Record<string, string>>;
}
