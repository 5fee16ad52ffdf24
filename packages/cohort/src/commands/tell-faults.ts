/** Diagnostics as the lines that researchers know: the original's leading words, then place and remedy. */
import type { Diagnostic, FaultError, Place } from '@vitrine/pipeline';
import { dummyFaults } from '../dummy/faults.ts';

/**
 * 0 done, 1 the study's fault, 2 wrong usage, 3 a fault of the platform that may pass, 4 the database is being rebuilt,
 * 5 another fault of the database, 130 stopped (cohort-extractor §5.4).
 */
export const exitCodes = {
  done: 0,
  fault: 1,
  usage: 2,
  platform: 3,
  rebuilding: 4,
  database: 5,
  stopped: 130,
} as const;

/** Faults that do not pass by trying again, or only when the database is whole again. */
const databaseExitCodes: Readonly<Record<string, number>> = {
  'database-being-rebuilt': exitCodes.rebuilding,
  'database-not-found': exitCodes.database,
  'database-file-foreign': exitCodes.database,
  'database-access-refused': exitCodes.database,
  'database-table-missing': exitCodes.database,
  'database-column-missing': exitCodes.database,
  'database-column-type': exitCodes.database,
  'database-patient-repeated': exitCodes.database,
  'database-out-of-space': exitCodes.database,
  'database-failed': exitCodes.database,
  'extract-incomplete': exitCodes.database,
};

/** The lines of each diagnostic. Paths below `directory` are told relative to it. */
export function faultLines(
  diagnostics: readonly Diagnostic[],
  directory: string,
): readonly string[] {
  const told = (text: string): string => text.replaceAll(`${directory}/`, '');
  return diagnostics.flatMap((diagnostic) => {
    const place = placeText(diagnostic.place);
    return [
      `${leadingWords(diagnostic)}: ${told(diagnostic.message)}`,
      ...(place === '' ? [] : [`  at ${told(place)}`]),
      ...(diagnostic.suggestion === undefined ? [] : [`  write ${diagnostic.suggestion}`]),
      `  → ${told(diagnostic.hint)}  [${diagnostic.code}]`,
    ];
  });
}

/** The exit code that a thrown fault asks for; the gravest of its diagnostics. */
export function exitCodeOf({ diagnostics }: FaultError): number {
  const ofDatabase = diagnostics.flatMap(({ code }) => databaseExitCodes[code] ?? []);
  // A database that is being rebuilt may lack more than the table that says so.
  if (ofDatabase.length > 0) return Math.min(...ofDatabase);
  const blames = new Set(diagnostics.map(({ blame }) => blame));
  if (blames.has('platform')) return exitCodes.platform;
  return blames.has('usage') ? exitCodes.usage : exitCodes.fault;
}

function leadingWords({ code, blame, severity }: Diagnostic): string {
  if (severity === 'warning') return 'Warning';
  if (blame === 'platform') return 'Platform error';
  if (code === 'definition-parameter-missing') return 'Missing --param error';
  return Object.hasOwn(dummyFaults.kinds, code) ? 'Dummy data error' : 'Validation error';
}

function placeText(place: Place | undefined): string {
  if (place?.file === undefined) return '';
  const line = place.line === undefined ? '' : `:${place.line}`;
  const column = place.line === undefined || place.column === undefined ? '' : `:${place.column}`;
  return `${place.file}${line}${column}`;
}
