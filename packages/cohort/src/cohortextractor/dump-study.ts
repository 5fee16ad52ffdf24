/** A study as plain data, for `dump_study_yaml` (cohort-extractor §5.1). */
import { dayOf } from '../calendar.ts';
import type { DateExpression } from './date-expression.ts';
import { type DatesOfReference, evaluateDate } from './evaluate-date.ts';
import { printDateExpression } from './parse-date-expression.ts';
import { printExpression } from './print-expression.ts';
import { isCodelist } from './read-codelists.ts';
import type { ArgumentValue, Codelist, ColumnDefinition, Study, StudyColumn } from './study.ts';

/** What YAML and JSON can say. */
export type PlainData =
  | null
  | boolean
  | number
  | string
  | readonly PlainData[]
  | { readonly [key: string]: PlainData };

export interface StudyData {
  readonly hidden_columns: readonly string[];
  readonly covariate_definitions: {
    readonly [column: string]: {
      /** The name of the function. */
      readonly type: string;
      readonly args: { readonly [argument: string]: PlainData };
    };
  };
}

/**
 * Every column with its arguments resolved: dates as ISO text where they do not differ from patient to patient,
 * expressions as text, codelists as their codes. Dates count from `today` (a day number) and the study's own index date.
 */
export function studyAsPlainData(study: Study, today: number): StudyData {
  const indexDate = study.indexDate === null ? null : dayOf(study.indexDate);
  const dates = { indexDate, today };
  return {
    hidden_columns: study.columns.filter(({ hidden }) => hidden).map(({ name }) => name),
    covariate_definitions: Object.fromEntries(
      study.columns.map((column) => [column.name, columnData(column, dates)]),
    ),
  };
}

function columnData(
  { type, dateFormat, definition, expectations }: StudyColumn,
  dates: DatesOfReference,
): StudyData['covariate_definitions'][string] {
  return {
    type: functionOf(definition),
    args: {
      ...definitionData(definition, dates),
      column_type: type,
      ...(dateFormat === undefined ? {} : { date_format: dateFormat }),
      return_expectations: expectations === null ? null : plain(expectations, dates),
    },
  };
}

/** The function of the study language that gives such a column. */
function functionOf(definition: ColumnDefinition): string {
  switch (definition.kind) {
    case 'records':
      return definition.function;
    case 'date-of':
      return 'date_of';
    case 'category':
      return 'categorised_as';
    case 'aggregate':
      return `${definition.function}_of`;
    case 'fixed':
      return 'fixed_value';
    case 'file':
      return definition.returning === null ? 'which_exist_in_file' : 'with_value_from_file';
  }
}

function definitionData(
  definition: ColumnDefinition,
  dates: DatesOfReference,
): { readonly [argument: string]: PlainData } {
  switch (definition.kind) {
    case 'records': {
      const { from, to } = definition.period;
      const args = Object.entries(definition.arguments).map(([name, value]) => [
        name,
        plain(value, dates),
      ]);
      return {
        ...Object.fromEntries(args),
        between: [from, to].map((side) => (side === undefined ? null : dateText(side, dates))),
      };
    }
    case 'date-of':
      return { source: definition.source };
    case 'category':
      return { category_definitions: categoriesData(definition) };
    case 'aggregate':
      return { column_names: definition.inputs };
    case 'fixed':
      return { value: definition.value };
    case 'file':
      return { f_path: definition.path, returning: definition.returning };
  }
}

type Categories = Pick<Extract<ColumnDefinition, { kind: 'category' }>, 'categories' | 'otherwise'>;

function categoriesData({ categories, otherwise }: Categories): PlainData {
  return Object.fromEntries([
    ...categories.map(({ value, when }) => [String(value), printExpression(when)]),
    [String(otherwise), 'DEFAULT'],
  ]);
}

function plain(value: ArgumentValue, dates: DatesOfReference): PlainData {
  if (value === null || typeof value !== 'object') return value;
  if (isArray(value)) return value.map((item) => plain(item, dates));
  if (isCodelist(value)) return codelistData(value);
  if (isDate(value)) return dateText(value, dates);
  if (isCategories(value)) return categoriesData(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, dates)]));
}

const isArray = (value: ArgumentValue): value is readonly ArgumentValue[] => Array.isArray(value);

function isDate(value: object): value is DateExpression {
  return 'kind' in value && (value.kind === 'date' || value.kind === 'relative');
}

function isCategories(value: object): value is Categories {
  return 'categories' in value && 'otherwise' in value;
}

function codelistData({ system, codes, categories }: Codelist): PlainData {
  return {
    system,
    codes:
      categories === null ? codes : codes.map((code, index) => [code, categories[index] ?? null]),
  };
}

function dateText(date: DateExpression, dates: DatesOfReference): string {
  const day = evaluateDate(date, dates);
  return printDateExpression(day === null ? date : { kind: 'date', day });
}
