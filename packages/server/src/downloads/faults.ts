/** What can go wrong while an archive is being sent. The answer has begun by then: it is broken off, and the log says why. */
import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';

type Values = {
  readonly 'archive-name-refused': { readonly name: string; readonly reason: string };
  readonly 'released-bytes-differ': { readonly path: string };
};

type Kinds = { readonly [C in keyof Values]: FaultKind<Values[C]> };

const kinds: Kinds = {
  'archive-name-refused': {
    blame: 'platform',
    summary: 'A file cannot have such a name in an archive.',
    message: (v) => `${JSON.stringify(v.name)} cannot be a name in an archive: it ${v.reason}.`,
    hint: () => 'Names are relative, with "/" between their parts, and each is there once.',
  },
  'released-bytes-differ': {
    blame: 'platform',
    summary: 'A stored file is not what was approved.',
    message: (v) =>
      `The stored bytes of ${JSON.stringify(v.path)} do not have the approved SHA-256.`,
    hint: () =>
      'Restore the file store from a backup; nothing that differs is handed out as whole.',
  },
};

export const downloadFaults: Faults<Kinds> = defineFaults(kinds);
