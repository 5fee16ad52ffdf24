/** Files of a workspace into the person's release request: all that were chosen, or none of them. */
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import { newIdentifier, sendTo } from '@vitrine/platform';
import { airlockFaults } from '../../faults.ts';
import { ownForm } from '../../http/guard.ts';
import type { PersonalCall } from '../../http/route.ts';
import type { OfferedFile } from '../../review/command.ts';
import type { Step } from '../../review/decide-all.ts';
import { surroundingsOf } from '../../store/surroundings.ts';
import { type Place, takeOutput } from '../../store/take-output.ts';
import { chooseFiles } from '../../workspace-files/choose-files.ts';
import { isListed, type ListedFile } from '../../workspace-files/file-tree.ts';
import { type Stand, standOf } from '../../workspace-files/stand.ts';
import { addresses } from '../addresses.ts';
import { seeWorkspace } from './see-workspace.ts';
import { matches, readTreeQuery } from './tree-query.ts';

/** Adds what is ticked to the person's active request, or makes one of it. */
export async function addFiles(call: PersonalCall): Promise<Response> {
  const { workspace } = seeWorkspace(call);
  const { airlock, person, now } = call;
  const { name, project } = workspace;
  const fields = await ownForm(call);
  const stand = await standOf(airlock, name, person.username);
  const place: Place = {
    group: fields.text('group').normalize('NFC').slice(0, MOST_GROUP),
    type: fields.text('type') === 'supporting' ? 'supporting' : 'output',
  };
  const query = readTreeQuery(new URLSearchParams(fields.text('shown')));
  const chosen = chooseFiles(stand, {
    files: fields.all('file'),
    folders: fields.all('folder'),
    type: place.type,
    isShown: ({ path, outOfDateAction }, state) =>
      (query.showOutOfDate || !outOfDateAction) && matches(query, { path, state }),
  });
  if (chosen.refusals !== undefined) throw new FaultError(chosen.refusals);
  const offered = await takeAll(call, name, stand, chosen.files, place);
  const [first, ...more] = offered;
  if (first === undefined) throw airlockFaults.error('files-not-chosen', {});
  const surroundings = await surroundingsOf(airlock, { person, now, workspace: name });
  if (stand.active === null) {
    const id = newIdentifier(airlock.randomBytes);
    const command = { do: 'create', id, workspace: name, project, file: first } as const;
    await airlock.requests.create(command, surroundings, more);
  } else {
    const { id, revision } = stand.active;
    const steps = offered.map((file): Step => ({ do: 'add-file', file }));
    await airlock.requests.executeAll(id, revision, steps, surroundings);
  }
  return sendTo(call, addresses.workspace(name), 'added');
}

/** Brings the copy in the person's request to what the workspace has now. */
export async function updateFile(call: PersonalCall): Promise<Response> {
  const { workspace } = seeWorkspace(call);
  const { airlock, person, now } = call;
  const { name } = workspace;
  const fields = await ownForm(call);
  const path = fields.text('path');
  const stand = await standOf(airlock, name, person.username);
  const file = stand.files.find((listed) => listed.path === path && isListed(listed));
  if (file === undefined) throw airlockFaults.error('file-not-seen', { path });
  if (file.excluded) throw airlockFaults.error('file-excluded', { path });
  const { active } = stand;
  const present = active?.files.get(path);
  if (active === null || present === undefined || present.type === 'withdrawn') {
    throw airlockFaults.error('review-file-missing', { path });
  }
  const { group, type } = present;
  const offered = await takeOutput(airlock, name, stand, file, { group, type });
  const surroundings = await surroundingsOf(airlock, { person, now, workspace: name });
  const command = { do: 'update-file', file: offered, revision: active.revision } as const;
  await airlock.requests.execute(active.id, command, surroundings);
  return sendTo(call, addresses.workspaceFile(name, path), 'saved');
}

/** Longest name of a group, in characters. */
const MOST_GROUP = 100;

/** Copies of all files; what speaks against any of them is told of all. */
async function takeAll(
  { airlock }: PersonalCall,
  workspace: string,
  stand: Stand,
  files: readonly ListedFile[],
  place: Place,
): Promise<readonly OfferedFile[]> {
  const taken: OfferedFile[] = [];
  const refusals: Diagnostic[] = [];
  for (const file of files) {
    try {
      taken.push(await takeOutput(airlock, workspace, stand, file, place));
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      refusals.push(...error.diagnostics);
    }
  }
  if (refusals.length > 0) throw new FaultError(refusals);
  return taken;
}
