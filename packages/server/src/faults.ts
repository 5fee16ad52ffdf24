/** The faults of the job server. */
import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';

/** The values that the texts of each fault need. */
type Values = {
  readonly 'database-newer': { readonly migration: string };
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
};

export const faults: Faults<Kinds> = defineFaults(kinds);
