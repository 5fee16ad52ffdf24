import type { AirlockWorkspace } from '@vitrine/protocol';
import { airlockFaults } from '../../faults.ts';
import type { PersonalCall } from '../../http/route.ts';
import { rightsNow } from '../../review/standing.ts';

/** A workspace, and what the person may do with it now. */
export interface SeenWorkspace {
  readonly workspace: AirlockWorkspace;
  /** Whether the person may make release requests of its files. */
  readonly isDeveloper: boolean;
}

/** All workspaces that the person may look at now: none once the word of the job server is too old (promise P11). */
export function seenWorkspaces({ person, now }: PersonalCall): readonly AirlockWorkspace[] {
  return rightsNow(person.standing, now.getTime()) === null ? [] : [...person.workspaces.values()];
}

/**
 * The workspace that the address names.
 * @throws FaultError workspace-not-seen, for one that does not exist as for one that the person may not look at
 */
export function seeWorkspace(call: PersonalCall): SeenWorkspace {
  const { http, person, now } = call;
  const name = http.req.param('workspace') ?? '';
  const workspace = person.workspaces.get(name);
  const rights = rightsNow(person.standing, now.getTime());
  if (workspace === undefined || rights === null) {
    throw airlockFaults.error('workspace-not-seen', { workspace: name });
  }
  return { workspace, isDeveloper: rights.projects.get(workspace.project) === 'developer' };
}
