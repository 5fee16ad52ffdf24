/** The expression language of `satisfying`, `categorised_as` and `care_home_status_as_of`, as a tree. */

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';
export type Arithmetic = '+' | '-' | '*' | '/';

export type Expression =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Expression[] }
  | { readonly kind: 'not'; readonly operand: Expression }
  | {
      readonly kind: 'compare';
      readonly operator: Comparison;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'arithmetic';
      readonly operator: Arithmetic;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'negate'; readonly operand: Expression }
  /** A column's value as it is. */
  | { readonly kind: 'column'; readonly name: string }
  /** A bare name used as a condition: the column differs from the empty value of its type. */
  | { readonly kind: 'present'; readonly name: string }
  /** `integer` keeps 1 apart from 1.0, because division of two integers truncates. */
  | { readonly kind: 'number'; readonly value: number; readonly integer: boolean }
  | { readonly kind: 'string'; readonly value: string };
