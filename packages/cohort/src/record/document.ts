/**
 * The JSON document that the Python recorder writes: the only thing that crosses from study code to us.
 * `python/cohortextractor` writes it, this schema reads it; both sides state the same version.
 */
import { z } from 'zod';

export const DOCUMENT_VERSION = 1;

/**
 * A Python value. Strings, booleans, None, safe integers and lists are themselves; what JSON cannot tell apart is tagged:
 * floats (1.0 is not 1), tuples, dicts with keys of any scalar type, codelists (by index), calls of `patients.*`, and
 * values of any other type by the name of that type.
 */
export type RecordedValue =
  | null
  | boolean
  | number
  | string
  | readonly RecordedValue[]
  | { readonly float: number | 'nan' | 'inf' | '-inf' }
  | { readonly integer: string }
  | { readonly tuple: readonly RecordedValue[] }
  | { readonly dict: readonly (readonly [RecordedValue, RecordedValue])[] }
  | { readonly codelist: number }
  | { readonly call: RecordedCall }
  | { readonly unsupported: string };

/** Where in the study's own files something was written. `file` is relative to the study's root. */
export interface RecordedPlace {
  readonly file: string;
  readonly line: number;
}

/** One call of a `patients.*` function: only the arguments that the study gave, by parameter name. */
export interface RecordedCall {
  readonly function: string;
  /** Named arguments. `*column_names` is a tuple under its parameter name. */
  readonly arguments: Readonly<Record<string, RecordedValue>>;
  /** Extra keyword columns of satisfying, categorised_as, maximum_of, minimum_of, in order. */
  readonly columns: readonly (readonly [string, RecordedValue])[];
  readonly place: RecordedPlace;
}

export interface RecordedCodelist {
  readonly system: RecordedValue;
  /** The codes in order; a string each, unless the study put something else in. */
  readonly codes: readonly RecordedValue[];
  /** One category a code, or null for a codelist without categories. */
  readonly categories: readonly RecordedValue[] | null;
}

export interface RecordedMeasure {
  readonly id: RecordedValue;
  readonly denominator: RecordedValue;
  readonly numerator: RecordedValue;
  readonly group_by: RecordedValue;
  readonly small_number_suppression: RecordedValue;
  readonly place: RecordedPlace;
}

/** One `StudyDefinition(...)`. */
export interface RecordedDefinition {
  readonly index_date: RecordedValue;
  readonly default_expectations: RecordedValue;
  readonly population: RecordedValue;
  /** Covariates in the order of the call. */
  readonly columns: readonly (readonly [string, RecordedValue])[];
  readonly place: RecordedPlace;
}

/** A fault of the study's code, found while it ran. */
export interface RecordedFault {
  readonly kind:
    | 'exception'
    | 'syntax'
    | 'missing-param'
    | 'missing-module'
    | 'no-study'
    | 'bad-study';
  /** Python's exception class, for example KeyError. */
  readonly exception: string;
  readonly message: string;
  /** The innermost line of the study's own code, where there is one. */
  readonly place: RecordedPlace | null;
  /** The study's own frames, outermost first; never the recorder's. */
  readonly trace: readonly {
    readonly file: string;
    readonly line: number;
    readonly function: string;
  }[];
}

export interface RecordedModule {
  /** Module name, for example `study_definition_bp`. */
  readonly module: string;
  /** Null when recording this module failed. */
  readonly definition: RecordedDefinition | null;
  /** `measures` of the module, null when it has none. */
  readonly measures: readonly RecordedMeasure[] | null;
  readonly codelists: readonly RecordedCodelist[];
  readonly fault: RecordedFault | null;
}

/** The whole document. */
export interface RecordedDocument {
  readonly version: typeof DOCUMENT_VERSION;
  readonly python: string;
  readonly modules: readonly RecordedModule[];
}

const place: z.ZodType<RecordedPlace> = z.strictObject({
  file: z.string(),
  line: z.int().positive(),
});

const value: z.ZodType<RecordedValue> = z.lazy(() =>
  z.union([
    z.null(),
    z.boolean(),
    z.int(),
    z.string(),
    z.array(value),
    z.strictObject({ float: z.union([z.number(), z.literal(['nan', 'inf', '-inf'])]) }),
    z.strictObject({ integer: z.string() }),
    z.strictObject({ tuple: z.array(value) }),
    z.strictObject({ dict: z.array(z.tuple([value, value])) }),
    z.strictObject({ codelist: z.int().nonnegative() }),
    z.strictObject({ call }),
    z.strictObject({ unsupported: z.string() }),
  ]),
);

const call: z.ZodType<RecordedCall> = z.strictObject({
  function: z.string(),
  arguments: z.record(z.string(), value),
  columns: z.array(z.tuple([z.string(), value])),
  place,
});

const codelist: z.ZodType<RecordedCodelist> = z.strictObject({
  system: value,
  codes: z.array(value),
  categories: z.array(value).nullable(),
});

const measure: z.ZodType<RecordedMeasure> = z.strictObject({
  id: value,
  denominator: value,
  numerator: value,
  group_by: value,
  small_number_suppression: value,
  place,
});

const definition: z.ZodType<RecordedDefinition> = z.strictObject({
  index_date: value,
  default_expectations: value,
  population: value,
  columns: z.array(z.tuple([z.string(), value])),
  place,
});

const fault: z.ZodType<RecordedFault> = z.strictObject({
  kind: z.literal([
    'exception',
    'syntax',
    'missing-param',
    'missing-module',
    'no-study',
    'bad-study',
  ]),
  exception: z.string(),
  message: z.string(),
  place: place.nullable(),
  trace: z.array(z.strictObject({ file: z.string(), line: z.int(), function: z.string() })),
});

/** Checks a parsed document. Throws zod's error when it is not one: the recorder's fault, not the study's. */
export const recordedDocument: z.ZodType<RecordedDocument> = z.strictObject({
  version: z.literal(DOCUMENT_VERSION),
  python: z.string(),
  modules: z.array(
    z.strictObject({
      module: z.string(),
      definition: definition.nullable(),
      measures: z.array(measure).nullable(),
      codelists: z.array(codelist),
      fault: fault.nullable(),
    }),
  ),
});
