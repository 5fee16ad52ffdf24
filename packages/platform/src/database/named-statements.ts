/**
 * Statements under a name, so that PostgreSQL parses and plans each once a connection: for the pages, planning costs more than
 * carrying out. Names are given to texts that come again and again; there is room for so many, because some texts vary with the
 * number of values in them.
 */
import { createHash } from 'node:crypto';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';

/** Most names of this process, and so most plans that a connection keeps. */
const MOST_NAMES = 300;
/** How often a text must have come before it gets a name. */
const WORTH_NAMING = 3;
/** Most texts of which it is counted how often they came. */
const MOST_COUNTED = 2000;

export function withNamedStatements(pool: pg.Pool): PostgresPool {
  const names = new StatementNames();
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    connect: async () => {
      const client = await pool.connect();
      const known = clients.get(client);
      if (known !== undefined) return known;
      const named = clientWith(client, names);
      clients.set(client, named);
      return named;
    },
    end: () => pool.end(),
  } as PostgresPool;
}

function clientWith(client: pg.PoolClient, names: StatementNames): PostgresPoolClient {
  const query = (text: unknown, values?: readonly unknown[]): unknown => {
    const name = typeof text === 'string' ? names.of(text) : null;
    return name === null
      ? client.query(text as string, values as unknown[])
      : client.query({ name, text: text as string, values: [...(values ?? [])] });
  };
  // Kysely calls nothing else of a client but what is below, and `processID`, which it only reads.
  return Object.assign(Object.create(client) as object, {
    query,
    release: (destroy?: boolean) => client.release(destroy),
  }) as unknown as PostgresPoolClient;
}

/** Which texts have names. */
export class StatementNames {
  readonly #names = new Map<string, string>();
  readonly #seen = new Map<string, number>();

  /** The name of a statement; null where it has none (yet). */
  of(text: string): string | null {
    const name = this.#names.get(text);
    if (name !== undefined) return name;
    if (
      this.#names.size >= MOST_NAMES ||
      !/^\s*(?:select|with|insert|update|delete)\b/i.test(text)
    ) {
      return null;
    }
    const seen = (this.#seen.get(text) ?? 0) + 1;
    if (seen < WORTH_NAMING) {
      if (this.#seen.size >= MOST_COUNTED) this.#seen.clear();
      this.#seen.set(text, seen);
      return null;
    }
    this.#seen.delete(text);
    const fresh = `v${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
    this.#names.set(text, fresh);
    return fresh;
  }
}
