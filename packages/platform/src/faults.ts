/** The faults of databases. */
import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';

type Values = {
  readonly 'database-newer': { readonly migration: string };
  readonly 'database-busy': { readonly folder: string; readonly pid: number };
  readonly 'database-unreachable': { readonly reason: string };
  readonly 'database-away': Record<never, never>;
};

type Kinds = { readonly [C in keyof Values]: FaultKind<Values[C]> };

const kinds: Kinds = {
  'database-newer': {
    blame: 'platform',
    summary: 'The database has been brought to a version that this program does not know.',
    message: (v) =>
      `The database has seen the migration ${v.migration}, which this version of Vitrine does not know.`,
    hint: () => 'Start the newer version of Vitrine; tables are never brought backwards.',
  },
  'database-busy': {
    blame: 'usage',
    summary: 'Another process works with the folder of the embedded database.',
    message: (v) => `Process ${v.pid} is working with the database in ${v.folder}.`,
    hint: () =>
      'Stop it, choose another folder, or give DATABASE_URL to let several servers share a PostgreSQL.',
  },
  'database-unreachable': {
    blame: 'platform',
    summary: 'The PostgreSQL server does not answer.',
    message: (v) => `The database cannot be reached: ${v.reason}.`,
    hint: () => 'Check DATABASE_URL, and that the PostgreSQL server runs.',
  },
  'database-away': {
    blame: 'platform',
    summary: 'The database does not answer at the moment.',
    message: () => 'The database of the site does not answer at the moment.',
    hint: () => 'Try again in a minute; nothing has been changed.',
  },
};

export const databaseFaults: Faults<Kinds> = defineFaults(kinds);
