/** Date expressions of the study language: `index_date`, `today`, another column, with a function and an offset. */

export const dateFunctions = [
  'first_day_of_month',
  'last_day_of_month',
  'first_day_of_year',
  'last_day_of_year',
  'first_day_of_nhs_financial_year',
  'last_day_of_nhs_financial_year',
  'first_day_of_school_year',
  'last_day_of_school_year',
] as const;

export type DateFunction = (typeof dateFunctions)[number];

export interface DateOffset {
  /** Negative to go back. */
  readonly count: number;
  readonly unit: 'days' | 'months' | 'years';
}

export type DateExpression =
  /** `day` counts from 1970-01-01. */
  | { readonly kind: 'date'; readonly day: number }
  | {
      readonly kind: 'relative';
      readonly to:
        | { readonly kind: 'index-date' }
        | { readonly kind: 'today' }
        | { readonly kind: 'column'; readonly name: string };
      readonly function: DateFunction | null;
      readonly offset: DateOffset | null;
    };
