import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';

interface Values {
  readonly 'agent-configuration-unreadable': { readonly file: string; readonly reason: string };
  readonly 'configuration-invalid': {
    readonly source: string;
    readonly key: string;
    readonly reason: string;
  };
  readonly 'token-missing': object;
  readonly 'token-unreadable': { readonly file: string; readonly reason: string };
  readonly 'database-address-unreadable': { readonly file: string; readonly reason: string };
  readonly 'server-not-secure': { readonly server: string };
  readonly 'data-folder-in-use': { readonly folder: string; readonly reason: string };
  readonly 'data-folder-unusable': { readonly folder: string; readonly reason: string };
}

type Kinds = { readonly [C in keyof Values]: FaultKind<Values[C]> };

const kinds: Kinds = {
  'agent-configuration-unreadable': {
    blame: 'usage',
    summary: 'The configuration of the agent cannot be read.',
    message: (v) => `The configuration ${v.file} cannot be read: ${v.reason}.`,
    hint: () => 'Name a JSON file with --config; docs/operating.md shows one.',
  },
  'configuration-invalid': {
    blame: 'usage',
    summary: 'A setting of the agent is missing, unknown or not what it should be.',
    message: (v) => `${v.source} sets ${v.key} wrongly: ${v.reason}.`,
    hint: () => 'docs/operating.md lists every setting.',
  },
  'token-missing': {
    blame: 'usage',
    summary: 'The agent has no token of its backend.',
    message: () => 'There is no token to speak to the server with.',
    hint: () =>
      'Put it in a file named by token_file, or in the variable VITRINE_AGENT_TOKEN. Staff of the site make one for the backend.',
  },
  'token-unreadable': {
    blame: 'usage',
    summary: 'The file with the token of the backend cannot be used.',
    message: (v) => `The token file ${v.file} cannot be used: ${v.reason}.`,
    hint: () => 'It holds the token on one line and is readable by the agent alone (chmod 600).',
  },
  'database-address-unreadable': {
    blame: 'usage',
    summary: 'The file with the address of the database cannot be used.',
    message: (v) =>
      `The file ${v.file} with the address of the database cannot be used: ${v.reason}.`,
    hint: () => 'It holds the address on one line and is readable by the agent alone (chmod 600).',
  },
  'server-not-secure': {
    blame: 'usage',
    summary: 'The address of the server is not https.',
    message: (v) => `${v.server} is not an https address.`,
    hint: () => 'The token may only travel over TLS; plain http is for a server on this machine.',
  },
  'data-folder-in-use': {
    blame: 'usage',
    summary: 'Another agent works in this data folder.',
    message: (v) => `Another agent works in ${v.folder}: ${v.reason}`,
    hint: () => 'Stop it, or give this one a data folder of its own.',
  },
  'data-folder-unusable': {
    blame: 'platform',
    summary: 'The agent cannot write in its data folder.',
    message: (v) => `The data folder ${v.folder} cannot be used: ${v.reason}.`,
    hint: () => 'Give the agent a folder on a local disk that it owns.',
  },
};

/** Faults that an operator meets when an agent starts. */
export const agentFaults: Faults<Kinds> = defineFaults<Kinds>(kinds);
