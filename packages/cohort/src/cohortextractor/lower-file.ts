/** `with_value_from_file` and `which_exist_in_file` (cohort-extractor §1.8, 50 and 51). */
import type { ColumnType } from '../table.ts';
import { type CallColumn, type Lowered, refuseValue } from './lowered.ts';
import { readArguments } from './read-arguments.ts';
import type { Scope } from './scope.ts';
import type { ArgumentValue } from './study.ts';

export function lowerFile(scope: Scope, { name, call, rule }: CallColumn): Lowered {
  const read = readArguments(scope, name, call, rule);
  const chosen = read.call?.arguments['returning_type'];
  const type = rule.type === 'own' ? columnType(chosen) : read.type;
  const { f_path: path, returning } = call.arguments;

  if (path !== undefined && !(typeof path === 'string' && /\.csv(\.gz)?$/.test(path))) {
    refuseValue(scope, name, call, 'f_path', 'the path of a .csv or .csv.gz file');
  }
  const wantsValue = rule.type === 'own';
  if (wantsValue && returning !== undefined) {
    if (typeof returning !== 'string' || !/^[A-Za-z0-9_]+$/.test(returning)) {
      const expected = 'the name of a column of the file, of letters, digits and underscores';
      refuseValue(scope, name, call, 'returning', expected);
    }
  }
  return {
    type,
    dateFormat: read.call?.dateFormat ?? null,
    definition: {
      kind: 'file',
      path: String(path),
      returning: wantsValue ? String(returning) : null,
    },
  };
}

function columnType(value: ArgumentValue | undefined): ColumnType | null {
  switch (value) {
    case 'bool':
    case 'int':
    case 'float':
    case 'str':
    case 'date':
      return value;
    default:
      return null;
  }
}
