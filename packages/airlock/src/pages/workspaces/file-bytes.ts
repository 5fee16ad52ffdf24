import { airlockFaults } from '../../faults.ts';
import { filePathOf } from '../../http/file-path.ts';
import type { PersonalCall } from '../../http/route.ts';
import { studyResponse } from '../../http/study-response.ts';
import {
  earlierVersions,
  type FileVersion,
  isFileVersion,
  readOutput,
  type SeenFile,
  seeFile,
} from '../../workspace-files/see-file.ts';
import { type Stand, standOf } from '../../workspace-files/stand.ts';
import { seeWorkspace } from './see-workspace.ts';

/** What asks for bytes: the frame of a document or a picture on one of our pages; browsers say so, and pages cannot lie about it. */
const viewers: ReadonlySet<string> = new Set(['iframe', 'image']);

/** A picture or a document of a workspace, for its viewer and for nothing else: nothing is downloaded from workspaces (cli-review-and-docs §2.7). */
export async function shownBytes(call: PersonalCall): Promise<Response> {
  const { workspace } = seeWorkspace(call);
  const { airlock, person, http } = call;
  const path = filePathOf(call, 4);
  const version = http.req.param('version') ?? '';
  if (!viewers.has(http.req.header('sec-fetch-dest') ?? '')) {
    throw airlockFaults.error('raw-in-viewer-only', {});
  }
  const stand = await standOf(airlock, workspace.name, person.username);
  const file = seeFile(stand, path);
  const unknown = (): Error => airlockFaults.error('version-unknown', { path, version });
  if (!isFileVersion(version) || file.listed.excluded) throw unknown();
  const bytes = await bytesOf(call, stand, workspace.name, file, version);
  const response = bytes === null ? null : studyResponse(path, bytes);
  if (response === null) throw unknown();
  return response;
}

async function bytesOf(
  { airlock }: PersonalCall,
  stand: Stand,
  workspace: string,
  { listed }: SeenFile,
  version: FileVersion,
): Promise<Uint8Array | null> {
  if (version === 'workspace') return await readOutput(airlock, workspace, listed);
  const earlier = await earlierVersions(airlock, workspace, stand, listed);
  const found = earlier.find((one) => one.version === version);
  return found === undefined ? null : await airlock.copies.bytes(found.hash);
}
