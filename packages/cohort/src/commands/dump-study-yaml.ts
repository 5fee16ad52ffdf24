/** `dump_study_yaml`: a definition as it is understood, for people and for comparing two versions of it. */
import { stringify } from 'yaml';
import type { DateExpression } from '../cohortextractor/date-expression.ts';
import { printDateExpression } from '../cohortextractor/parse-date-expression.ts';
import { printExpression } from '../cohortextractor/print-expression.ts';
import type {
  ArgumentValue,
  ColumnDefinition,
  Study,
  StudyColumn,
} from '../cohortextractor/study.ts';
import type { CohortContext } from './context.ts';
import { chooseDefinitions, loadStudies } from './definitions.ts';
import type { DumpStudyYaml } from './invocation.ts';

type Plain =
  | null
  | boolean
  | number
  | string
  | readonly Plain[]
  | { readonly [key: string]: Plain };

/** @throws FaultError */
export async function dumpStudyYaml(
  { definition, params }: DumpStudyYaml,
  context: CohortContext,
): Promise<void> {
  const modules = chooseDefinitions(context.directory, definition);
  for (const study of await loadStudies(context, modules, params, 'definition')) {
    const text = stringify(describeStudy(study), { aliasDuplicateObjects: false, lineWidth: 0 });
    context.print(text.trimEnd());
  }
}

/** The study as plain values: names of the hidden columns, then each column's type and arguments with their defaults. */
export function describeStudy(study: Study): Plain {
  return {
    index_date: study.indexDate,
    hidden_columns: study.columns.filter(({ hidden }) => hidden).map(({ name }) => name),
    covariate_definitions: Object.fromEntries(
      study.columns.map((column) => [column.name, describeColumn(column)]),
    ),
    default_expectations:
      study.defaultExpectations === null ? null : plain(study.defaultExpectations),
    measures: study.measures.map(
      ({ id, denominator, numerator, groupBy, smallNumberSuppression }) => ({
        id,
        denominator,
        numerator,
        group_by: groupBy,
        small_number_suppression: smallNumberSuppression,
      }),
    ),
  };
}

function describeColumn(column: StudyColumn): Plain {
  const { type, args } = describeDefinition(column.definition);
  return {
    type,
    args: {
      ...args,
      ...(column.dateFormat === undefined ? {} : { date_format: column.dateFormat }),
      return_expectations: column.expectations === null ? null : plain(column.expectations),
      column_type: column.type,
    },
  };
}

function describeDefinition(definition: ColumnDefinition): {
  readonly type: string;
  readonly args: Readonly<Record<string, Plain>>;
} {
  switch (definition.kind) {
    case 'records': {
      const { from, to } = definition.period;
      const hasPeriod = from !== undefined || to !== undefined;
      return {
        type: definition.function,
        args: {
          ...Object.fromEntries(
            Object.entries(definition.arguments).map(([name, value]) => [name, plain(value)]),
          ),
          ...(hasPeriod ? { between: [dateText(from), dateText(to)] } : {}),
        },
      };
    }
    case 'date-of':
      return { type: 'date_of', args: { source: definition.source } };
    case 'category':
      return {
        type: 'categorised_as',
        args: {
          category_definitions: [
            ...definition.categories.map(({ value, when }) => ({
              value,
              when: printExpression(when),
            })),
            { value: definition.otherwise, when: 'DEFAULT' },
          ],
        },
      };
    case 'aggregate':
      return {
        type: `${definition.function}_of`,
        args: { column_names: definition.inputs },
      };
    case 'fixed':
      return { type: 'fixed_value', args: { value: definition.value } };
    case 'file':
      return definition.returning === null
        ? { type: 'which_exist_in_file', args: { f_path: definition.path } }
        : {
            type: 'with_value_from_file',
            args: { f_path: definition.path, returning: definition.returning },
          };
  }
}

function dateText(date: DateExpression | undefined): string | null {
  return date === undefined ? null : printDateExpression(date);
}

function plain(value: ArgumentValue): Plain {
  if (value === null || typeof value !== 'object') return value;
  if (isDate(value)) return printDateExpression(value);
  if (isList(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

function isList(value: ArgumentValue): value is readonly ArgumentValue[] {
  return Array.isArray(value);
}

function isDate(value: object): value is DateExpression {
  return 'kind' in value && (value.kind === 'date' || value.kind === 'relative');
}
