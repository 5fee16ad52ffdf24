/** Where records are read from: a DuckDB database or a folder of Parquet files, attached for reading only. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { databaseFaults } from '../database-process/faults.ts';
import { SOURCE } from '../dialect/duckdb.ts';

export interface EngineSettings {
  /** Most memory that the database engine takes; what it lacks goes to the temporary folder. */
  readonly memoryMiB?: number;
  readonly temporaryFolder?: string;
  readonly threads?: number;
}

/** An open engine. Its own tables lie in memory and vanish with it. */
export interface Engine extends Disposable {
  readonly connection: DuckDBConnection;
  /** One more connection to the same tables. */
  connect(): Promise<DuckDBConnection>;
}

/** An engine without a source. */
export async function openEngine(settings: EngineSettings): Promise<Engine> {
  const options: Record<string, string> = {
    // Rows must come in the order of the people, who are the left side of every join: sides are not to be changed.
    disabled_optimizers: 'build_side_probe_side',
    preserve_insertion_order: 'true',
    autoinstall_known_extensions: 'false',
    ...(settings.memoryMiB === undefined ? {} : { memory_limit: `${settings.memoryMiB}MiB` }),
    ...(settings.temporaryFolder === undefined ? {} : { temp_directory: settings.temporaryFolder }),
    ...(settings.threads === undefined ? {} : { threads: String(settings.threads) }),
  };
  const { disabled_optimizers: disabled, ...startup } = options;
  const instance = await DuckDBInstance.create(':memory:', startup);
  const opened: DuckDBConnection[] = [];
  const connect = async (): Promise<DuckDBConnection> => {
    const connection = await instance.connect();
    opened.push(connection);
    await connection.run(`SET disabled_optimizers = '${disabled}'`);
    return connection;
  };
  return {
    connection: await connect(),
    connect,
    [Symbol.dispose]: () => {
      for (const connection of opened) connection.closeSync();
      instance.closeSync();
    },
  };
}

/**
 * Attaches a database.
 *
 * @param path A database file, or a folder with `TABLE.parquet` or a folder `TABLE` of Parquet files for each table.
 * @throws FaultError database-not-found
 */
export async function attachSource(connection: DuckDBConnection, path: string): Promise<void> {
  if (!existsSync(path)) throw databaseFaults.error('database-not-found', {});
  if (!statSync(path).isDirectory()) {
    await connection.run(`ATTACH ${text(path)} AS ${SOURCE} (READ_ONLY)`);
    return;
  }
  await connection.run(`CREATE SCHEMA ${SOURCE}`);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const isFile = entry.isFile() && entry.name.endsWith('.parquet');
    if (!isFile && !entry.isDirectory()) continue;
    const table = isFile ? entry.name.slice(0, -'.parquet'.length) : entry.name;
    const files = isFile ? join(path, entry.name) : join(path, entry.name, '*.parquet');
    await connection.run(
      `CREATE VIEW ${SOURCE}."${table.replaceAll('"', '""')}" AS SELECT * FROM read_parquet(${text(files)})`,
    );
  }
}

/** A text within a statement. */
export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
