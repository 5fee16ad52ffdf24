import type { Database as OpenDatabase } from '@vitrine/platform';
import type { Kysely } from 'kysely';
import type { Topic } from '../events/changes.ts';
import type { Tables } from './schema.ts';

/** The job server's open database. */
export type Database = OpenDatabase<Tables, Topic>;

/** A transaction, or the database itself for single statements. */
export type Queries = Kysely<Tables>;
