/** For tests: recorded documents written as one writes a study. Each call stands on a line of its own, from line 1. */
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import type {
  RecordedCall,
  RecordedCodelist,
  RecordedMeasure,
  RecordedModule,
  RecordedValue,
} from '../record/document.ts';
import { lowerStudy } from './lower-study.ts';
import type { Study, StudyColumn } from './study.ts';

const FILE = 'analysis/study_definition.py';

/** What a test may write for a Python value. Numbers with a fraction are floats; `float(1)` is 1.0. */
export type Python =
  | null
  | boolean
  | number
  | string
  | RecordedValue
  | readonly Python[]
  | ReadonlyMap<Python, Python>;

/** A Python float, also where it is whole. */
export const float = (value: number): RecordedValue => ({ float: value });

/** A Python tuple. */
export const tuple = (...items: readonly Python[]): RecordedValue => ({ tuple: items.map(python) });

/** A Python dictionary. Keys are texts; use a Map for others. */
export const dict = (entries: Readonly<Record<string, Python>>): RecordedValue => ({
  dict: Object.entries(entries).map(([key, value]) => [key, python(value)] as const),
});

export function python(value: Python): RecordedValue {
  if (value instanceof Map) {
    return { dict: [...value].map(([key, item]) => [python(key), python(item)] as const) };
  }
  if (typeof value === 'number' && !Number.isInteger(value)) return { float: value };
  if (Array.isArray(value)) return value.map(python);
  return value as RecordedValue;
}

type CodelistName =
  | 'ctv3'
  | 'ctv3_grouped'
  | 'snomed'
  | 'snomed_grouped'
  | 'icd10'
  | 'opcs4'
  | 'snomedct'
  | 'numbers';

/** Codelists that every test module has, by name. */
const codelists: Readonly<Record<CodelistName, RecordedCodelist>> = {
  ctv3: { system: 'ctv3', codes: ['XE2', 'XE3'], categories: null },
  ctv3_grouped: { system: 'ctv3', codes: ['A', 'B', 'C'], categories: ['1', '2', '1'] },
  snomed: { system: 'snomed', codes: ['111', '222'], categories: null },
  snomed_grouped: { system: 'snomed', codes: ['111', '222'], categories: ['low', 'high'] },
  icd10: { system: 'icd10', codes: ['J12'], categories: null },
  opcs4: { system: 'opcs4', codes: ['K40'], categories: null },
  snomedct: { system: 'snomedct', codes: ['111'], categories: null },
  numbers: { system: 'ctv3', codes: [1234], categories: null },
};

/** A codelist of the test module. */
export const codes = (name: CodelistName): RecordedValue => ({
  codelist: Object.keys(codelists).indexOf(name),
});

type Arguments = Readonly<Record<string, Python>>;
type Columns = Readonly<Record<string, RecordedValue>>;

let lines = 0;

/** A call of a patients function, with helper columns after its arguments. */
export function patients(
  name: string,
  given: Arguments = {},
  columns: Columns = {},
): RecordedValue {
  lines += 1;
  const call: RecordedCall = {
    function: name,
    arguments: Object.fromEntries(
      Object.entries(given).map(([argument, value]) => [argument, python(value)]),
    ),
    columns: Object.entries(columns),
    place: { file: FILE, line: lines },
  };
  return { call };
}

export interface StudyParts {
  readonly indexDate?: Python;
  readonly defaultExpectations?: Python;
  readonly population?: RecordedValue;
  readonly measures?: readonly Arguments[];
}

/** A recorded module with these columns. Lines start from 1 again after it. */
export function recordedModule(columns: Columns, parts: StudyParts = {}): RecordedModule {
  lines = 0;
  const place = { file: FILE, line: 1 };
  return {
    module: 'study_definition',
    definition: {
      index_date: python(parts.indexDate === undefined ? '2020-02-29' : parts.indexDate),
      default_expectations: python(parts.defaultExpectations ?? null),
      population: parts.population ?? {
        call: { function: 'all', arguments: {}, columns: [], place },
      },
      columns: Object.entries(columns),
      place,
    },
    measures:
      parts.measures?.map((given): RecordedMeasure => {
        const { id, denominator, numerator, group_by, small_number_suppression } = given;
        return {
          id: python(id ?? null),
          denominator: python(denominator ?? null),
          numerator: python(numerator ?? null),
          group_by: python(group_by ?? null),
          small_number_suppression: python(small_number_suppression ?? false),
          place,
        };
      }) ?? null,
    codelists: Object.values(codelists),
    fault: null,
  };
}

/** Lowers a study of these columns. */
export const lower = (columns: Columns, parts: StudyParts = {}): Study =>
  lowerStudy(recordedModule(columns, parts));

/** One column of a study; throws when it has none of this name. */
export function columnOf(study: Study, name: string): StudyColumn {
  const column = study.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new Error(`no column ${name}`);
  return column;
}

/** The faults of a study of these columns; none when it has none. */
export function faultsOf(columns: Columns, parts: StudyParts = {}): readonly Diagnostic[] {
  try {
    lower(columns, parts);
    return [];
  } catch (error) {
    if (error instanceof FaultError) return error.diagnostics;
    throw error;
  }
}
