/** Whether a database has what a model asks of it, before anything is read. */
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import { databaseFaults } from '../database-process/faults.ts';
import type { CohortModel } from '../model/model.ts';
import type { Schema } from '../plan/plan.ts';
import { readRow, type Session } from '../session/session.ts';

/** The table that is away while a database is being rebuilt (cohort-extractor §5.4). */
const SWAPPED_LAST = 'CodedEvent_SNOMED';

/**
 * Looks for every table and column that the model names.
 * @throws FaultError database-being-rebuilt, database-table-missing, database-column-…: all of them at once; then
 *   database-patient-repeated
 */
export async function checkSource(
  session: Session,
  model: CohortModel,
  schema: Schema,
): Promise<void> {
  const found = await session.describe();
  const { tables, columns } = namesIn(model);
  const faults = [...tables].toSorted().flatMap((table): readonly Diagnostic[] => {
    const there = found.columnsOf(table);
    if (there === undefined) {
      return table === SWAPPED_LAST
        ? [databaseFaults.diagnose('database-being-rebuilt', {})]
        : [databaseFaults.diagnose('database-table-missing', { table })];
    }
    return Object.entries(schema[table]?.columns ?? {}).flatMap(([column, { type }]) => {
      if (!columns.has(column)) return [];
      const own = there(column);
      if (own === undefined) {
        return [databaseFaults.diagnose('database-column-missing', { table, column })];
      }
      if (own.holds(type)) return [];
      const values = { table, column, found: own.type, expected: type };
      return [databaseFaults.diagnose('database-column-type', values)];
    });
  });
  if (faults.length > 0) throw new FaultError(faults);
  for (const table of tables) {
    if (schema[table]?.onePerPatient === true) await checkPatients(session, table);
  }
}

/** A patient who is there twice would be in every extract twice. */
async function checkPatients(session: Session, table: string): Promise<void> {
  const patient = session.dialect.identifier('Patient_ID');
  const [repeated] = await readRow(
    session,
    `SELECT count(${patient}) - count(DISTINCT ${patient}) AS n0 FROM ${session.dialect.sourceTable(table, {})} t`,
    [{ name: 'n0', type: 'int' }],
  );
  if (Number(repeated) > 0) {
    throw databaseFaults.error('database-patient-repeated', { table, repeated: Number(repeated) });
  }
}

/** Names of the tables that a model reads, and of all columns that it names. */
function namesIn(model: CohortModel): {
  readonly tables: ReadonlySet<string>;
  readonly columns: ReadonlySet<string>;
} {
  const tables = new Set<string>();
  const columns = new Set<string>(['Patient_ID']);
  const seen = new Set<object>();
  const visit = (node: object): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if ('table' in node && typeof node.table === 'string') tables.add(node.table);
    if ('kind' in node && node.kind === 'column' && 'name' in node) columns.add(String(node.name));
    if ('left' in node && 'right' in node && typeof node.left === 'string') {
      columns.add(node.left).add(String(node.right));
    }
    if ('expandVirtualProducts' in node && node.expandVirtualProducts === true) {
      tables.add('VmpMapping');
      columns.add('id').add('prev_id');
    }
    for (const [key, value] of Object.entries(node)) {
      if (key !== 'elements' && typeof value === 'object' && value !== null) visit(value);
    }
  };
  visit(model);
  return { tables, columns };
}
