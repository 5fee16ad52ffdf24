/** Columns made from other columns, constants and files (cohort-extractor §1.8, 44–51). */
import type { FunctionRule } from './function-rule.ts';
import { dateFormat, expectations, legacyDateFormat } from './parameters.ts';

const aggregate: FunctionRule = {
  makes: 'aggregate',
  type: 'own',
  takesColumns: true,
  parameters: {
    column_names: { kind: 'special', expected: 'names of columns', required: false },
  },
};

const path = { kind: 'special', expected: 'the path of a CSV file', required: true } as const;

export const combination: Readonly<Record<string, FunctionRule>> = {
  categorised_as: {
    makes: 'category',
    type: 'own',
    takesColumns: true,
    parameters: {
      category_definitions: {
        kind: 'special',
        expected: 'a dictionary of categories and expressions',
        required: true,
      },
      ...expectations,
    },
  },

  satisfying: {
    makes: 'category',
    type: 'own',
    takesColumns: true,
    parameters: {
      expression: { kind: 'special', expected: 'an expression in quotes', required: true },
      ...expectations,
    },
  },

  maximum_of: aggregate,
  minimum_of: aggregate,

  date_of: {
    makes: 'date-of',
    type: 'date',
    parameters: {
      source: { kind: 'column-name', required: true },
      ...dateFormat(),
      ...legacyDateFormat,
      ...expectations,
    },
  },

  fixed_value: {
    makes: 'fixed',
    type: 'own',
    parameters: {
      value: { kind: 'special', expected: 'text, a number or True or False', required: true },
    },
  },

  with_value_from_file: {
    makes: 'file',
    type: 'own',
    parameters: {
      f_path: path,
      returning: { kind: 'special', expected: 'the name of a column of the file', required: true },
      returning_type: {
        kind: 'choice',
        allowed: ['bool', 'date', 'str', 'int', 'float'],
        default: null,
        required: true,
      },
      ...dateFormat('YYYY-MM-DD'),
    },
    renamedArguments: { type_: 'returning_type' },
  },

  which_exist_in_file: { makes: 'file', type: 'bool', parameters: { f_path: path } },
};
