/** The files of a study that its columns take values from, as rows that the engine brings into the database. */
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import type { Study } from '../cohortextractor/study.ts';
import { isFileColumn, readFileColumns } from '../dummy/file-columns.ts';
import type { Constant } from '../model/model.ts';
import { NO_CATEGORY, NO_DATE, type TableColumn } from '../table.ts';
import type { StudyFiles } from './run-plan.ts';

/**
 * Rows by path: `Patient_ID` and each column of the file that the study uses, null where a cell is blank.
 * @throws FaultError with the faults of all files
 */
export function readStudyFiles(study: Study, readFile: (path: string) => Uint8Array): StudyFiles {
  const faults: Diagnostic[] = [];
  const byPath = Map.groupBy(
    study.columns.filter(isFileColumn),
    ({ definition }) => definition.path,
  );
  const files = [...byPath].map(([path, columns]) => {
    const read = readFileColumns(columns, readFile, faults);
    if (read === null) return [path, []] as const;
    const cells = columns.flatMap(({ name, definition: { returning } }) => {
      const column = read.columns.get(name);
      return returning === null || column === undefined ? [] : [[returning, column] as const];
    });
    const rows = Array.from(read.patients, (patient, row) => ({
      ...Object.fromEntries(cells.map(([name, column]) => [name, cellOf(column, row)])),
      // Last: a column of that very name must not take its place.
      Patient_ID: patient,
    }));
    return [path, rows] as const;
  });
  if (faults.length > 0) throw new FaultError(faults);
  return Object.fromEntries(files);
}

function cellOf(column: TableColumn, row: number): Constant {
  const value = column.values[row] ?? null;
  if (value === null) return null;
  switch (column.type) {
    case 'bool':
      return value === 1;
    case 'int':
    case 'float':
      return value;
    case 'str':
      return value === NO_CATEGORY ? null : (column.labels[value] ?? null);
    case 'date':
      return value === NO_DATE ? null : value;
  }
}
