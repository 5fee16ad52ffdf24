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

const place: z.ZodType<RecordedPlace> = z.custom<RecordedPlace>(isPlace, 'not a place');

/**
 * Values are checked by hand: a definition has thousands, a codelist tens of thousands, and a schema's union would try
 * its members one after another for each (measured: 130 ms instead of 8 ms for 1,000 columns and 120,000 codes).
 */
const value: z.ZodType<RecordedValue> = z.custom<RecordedValue>(isValue, 'not a recorded value');

type Check = (candidate: unknown) => boolean;

const tags: Readonly<Record<string, Check>> = {
  float: (candidate) =>
    typeof candidate === 'number' || ['nan', 'inf', '-inf'].includes(candidate as string),
  integer: (candidate) => typeof candidate === 'string' && /^-?\d+$/.test(candidate),
  tuple: isArrayOf(isValue),
  dict: isArrayOf((entry) => Array.isArray(entry) && entry.length === 2 && entry.every(isValue)),
  codelist: (candidate) => Number.isSafeInteger(candidate) && (candidate as number) >= 0,
  call: isCall,
  unsupported: (candidate) => typeof candidate === 'string',
};

function isValue(candidate: unknown): boolean {
  switch (typeof candidate) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isSafeInteger(candidate);
    case 'object':
      break;
    default:
      return false;
  }
  if (candidate === null) return true;
  if (Array.isArray(candidate)) return candidate.every(isValue);
  const entries = Object.entries(candidate);
  const [tag, content] = entries[0] ?? ['', null];
  return entries.length === 1 && Object.hasOwn(tags, tag) && tags[tag]?.(content) === true;
}

function isCall(candidate: unknown): boolean {
  if (typeof candidate !== 'object' || candidate === null) return false;
  const {
    function: name,
    arguments: given,
    columns,
    place: written,
    ...rest
  } = candidate as {
    [key in keyof RecordedCall]?: unknown;
  };
  return (
    typeof name === 'string' &&
    typeof given === 'object' &&
    given !== null &&
    !Array.isArray(given) &&
    Object.values(given).every(isValue) &&
    isArrayOf(isNamedValue)(columns) &&
    isPlace(written) &&
    Object.keys(rest).length === 0
  );
}

function isNamedValue(candidate: unknown): boolean {
  return (
    Array.isArray(candidate) &&
    candidate.length === 2 &&
    typeof candidate[0] === 'string' &&
    isValue(candidate[1])
  );
}

function isPlace(candidate: unknown): boolean {
  if (typeof candidate !== 'object' || candidate === null) return false;
  const { file, line, ...rest } = candidate as { [key in keyof RecordedPlace]?: unknown };
  return (
    typeof file === 'string' &&
    Number.isSafeInteger(line) &&
    (line as number) > 0 &&
    Object.keys(rest).length === 0
  );
}

function isArrayOf(check: Check): Check {
  return (candidate) => Array.isArray(candidate) && candidate.every(check);
}

const values: z.ZodType<readonly RecordedValue[]> = z.custom<readonly RecordedValue[]>(
  isArrayOf(isValue),
  'not a list of recorded values',
);

const columns: z.ZodType<readonly (readonly [string, RecordedValue])[]> = z.custom<
  readonly (readonly [string, RecordedValue])[]
>(isArrayOf(isNamedValue), 'not a list of named values');

const codelist: z.ZodType<RecordedCodelist> = z.strictObject({
  system: value,
  codes: values,
  categories: values.nullable(),
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
  columns,
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
