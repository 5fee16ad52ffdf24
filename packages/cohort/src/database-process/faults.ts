/** What can go wrong between the engine and a database. */
import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';

interface DatabaseFaultKinds extends Record<string, FaultKind<never>> {
  readonly 'database-address-malformed': FaultKind<{ problem: string }>;
  readonly 'database-address-not-read': FaultKind<{ path: string; reason: string }>;
  readonly 'database-engine-unknown': FaultKind<{ engine: string }>;
  readonly 'database-not-found': FaultKind<Record<never, never>>;
  readonly 'database-file-foreign': FaultKind<Record<never, never>>;
  readonly 'database-access-refused': FaultKind<{ reason: string }>;
  readonly 'database-table-missing': FaultKind<{ table: string }>;
  readonly 'database-column-missing': FaultKind<{ table: string; column: string }>;
  readonly 'database-column-type': FaultKind<{
    table: string;
    column: string;
    found: string;
    expected: string;
  }>;
  readonly 'database-patient-repeated': FaultKind<{ table: string; repeated: number }>;
  readonly 'database-being-rebuilt': FaultKind<Record<never, never>>;
  readonly 'database-passing-fault': FaultKind<{ reason: string }>;
  readonly 'database-out-of-space': FaultKind<{ reason: string }>;
  readonly 'database-failed': FaultKind<{ reason: string }>;
  readonly 'database-process-died': FaultKind<{ how: string }>;
  readonly 'extract-incomplete': FaultKind<{ file: string; expected: number; found: number }>;
}

export const databaseFaults: Faults<DatabaseFaultKinds> = defineFaults<DatabaseFaultKinds>({
  'database-address-malformed': {
    blame: 'usage',
    summary: 'The address of the database cannot be read.',
    message: ({ problem }) => `The address of the database is malformed: ${problem}.`,
    hint: () =>
      'Write duckdb:PATH, mssql://USER:PASSWORD@HOST:PORT/DATABASE or trino://USER@HOST:PORT/CATALOG/SCHEMA; signs that mean something in an address are percent-encoded.',
  },
  'database-address-not-read': {
    blame: 'platform',
    summary: 'The file that holds the address of the database cannot be read.',
    message: ({ path, reason }) =>
      `The address of the database cannot be read from ${path} (${reason}).`,
    hint: () => 'Let DATABASE_URL_FILE name a file that this user may read.',
  },
  'database-engine-unknown': {
    blame: 'usage',
    summary: 'The address names a kind of database that this version cannot reach.',
    message: ({ engine }) =>
      `There is no client for databases of the kind "${engine}" in this version.`,
    hint: () => 'There are clients for duckdb, mssql and trino.',
  },
  'database-not-found': {
    blame: 'platform',
    summary: 'There is no database where the address points.',
    message: () => 'There is no database where its address points.',
    hint: () =>
      'Check the address: its path or its host, and the database, catalog and schema that it names.',
  },
  'database-file-foreign': {
    blame: 'platform',
    summary:
      'The file that the address names is no database that this version of the engine reads.',
    message: () =>
      'The file that the address of the database names is not a DuckDB database that can be read here.',
    hint: () =>
      'Check the path after duckdb:. It is a file that DuckDB made, not a newer one than the engine, or a folder of Parquet files.',
  },
  'database-access-refused': {
    blame: 'platform',
    summary: 'The database does not let the engine in, or not at what it needs.',
    message: ({ reason }) => `The database refused access: ${reason}.`,
    hint: () =>
      'Check user and password in the address, and what that user may read, and make in its own schema.',
  },
  'database-table-missing': {
    blame: 'platform',
    summary: 'The database lacks a table that the study needs.',
    message: ({ table }) => `The database has no table ${table}, which the study needs.`,
    hint: () => 'Ask whoever keeps the database whether this table is to be had there.',
  },
  'database-column-missing': {
    blame: 'platform',
    summary: 'A table of the database lacks a column that the study needs.',
    message: ({ table, column }) => `The table ${table} of the database has no column ${column}.`,
    hint: () =>
      'Ask whoever keeps the database; its version may be older than this engine expects.',
  },
  'database-column-type': {
    blame: 'platform',
    summary: 'A column of the database has a type that the engine cannot use.',
    message: ({ table, column, found, expected }) =>
      `The column ${column} of table ${table} holds ${found} where ${expected} was expected.`,
    hint: () => 'Ask whoever keeps the database to mend the type of the column.',
  },
  'database-patient-repeated': {
    blame: 'platform',
    summary: 'A table that has one row for each patient has several for some.',
    message: ({ table, repeated }) =>
      `The table ${table} of the database has ${repeated} more rows than patients.`,
    hint: () => 'Ask whoever keeps the database: patients would be in an extract twice.',
  },
  'database-being-rebuilt': {
    blame: 'platform',
    summary: 'The database is being rebuilt, and a table is away for that time.',
    message: () => 'The database is being rebuilt at the moment.',
    hint: () => 'Nothing is lost. Run the action again when the new build is ready.',
  },
  'database-passing-fault': {
    blame: 'platform',
    summary: 'The database could not be reached or broke off, which may pass.',
    message: ({ reason }) => `The database could not go on: ${reason}.`,
    hint: () =>
      'Run the action again; if it fails in the same way, tell whoever keeps the database.',
  },
  'database-out-of-space': {
    blame: 'platform',
    summary: 'The disk or memory that the database engine may use is full.',
    message: ({ reason }) => `The database engine ran out of space: ${reason}.`,
    hint: () =>
      'Free space on the disk of the workspace, or raise the memory of database actions; the files made before are whole.',
  },
  'database-failed': {
    blame: 'platform',
    summary: 'The database refused a query for a reason that the engine does not know.',
    message: ({ reason }) => `The database refused a query: ${reason}.`,
    hint: () => 'This is a fault of the platform: please report it with this message.',
  },
  'database-process-died': {
    blame: 'platform',
    summary: 'The process that speaks with the database ended without an answer.',
    message: ({ how }) =>
      `The process that speaks with the database ended without an answer (${how}).`,
    hint: () => 'Run the action again; if it happens again, it may lack memory.',
  },
  'extract-incomplete': {
    blame: 'platform',
    summary: 'A file of an extract has not as many rows as the database counted.',
    message: ({ file, expected, found }) =>
      `${file} was written with ${found} rows where the database counted ${expected}.`,
    hint: () => 'The file was removed. Run the action again, and report this if it happens again.',
  },
});
