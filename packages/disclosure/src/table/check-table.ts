/** All rules for one table, wherever it was found. */
import type { FindingList } from '../finding.ts';
import type { DisclosureSettings } from '../settings.ts';
import { checkCells } from './cell-rules.ts';
import { type TableView, viewTable } from './columns.ts';
import { checkCounts, checkExtremes, roundingOf } from './count-rules.ts';
import { checkPatients } from './patient-rules.ts';
import { checkMissingCounts, checkPercentages } from './percentage-rules.ts';
import { checkPlaces } from './place-rules.ts';
import type { Table } from './table.ts';
import { checkTotals, totalRows } from './total-rules.ts';

/**
 * Checks a table.
 * @returns what was understood of it, and whether it is of patients.
 */
export function checkTable(
  table: Table,
  settings: DisclosureSettings,
  findings: FindingList,
): { readonly view: TableView; readonly ofPatients: boolean } {
  const view = viewTable(table);
  if (table.rows > settings.maximumRows) {
    findings.add('too-many-rows', () => ({
      message: `The table has ${table.rows} rows; the limit is ${settings.maximumRows}.`,
      ...(table.element === null ? {} : { place: { element: table.element } }),
    }));
  }
  checkCells(table, findings);
  checkPlaces(view, settings, findings);
  const ofPatients = checkPatients(view, settings, findings);
  if (ofPatients) return { view, ofPatients };
  const roundings = roundingOf(view, settings);
  const totals = totalRows(view);
  checkCounts(view, roundings, (row) => totals.has(row), settings, findings);
  checkExtremes(view, findings);
  checkTotals(view, settings, findings);
  checkPercentages(view, roundings, settings, findings);
  checkMissingCounts(view, findings);
  return { view, ofPatients };
}
