import type { RunningJob } from '../workspace/history.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Executors } from './action-context.ts';
import { recordingId } from './execute-action.ts';

/**
 * Clears up after jobs of an earlier process that was cut off: nothing of them runs on, nothing half done stays.
 *
 * @param isKept - True for the name of an execution that somebody goes on with. Default: none.
 * @returns what was cleared up
 */
export async function cleanLeftovers(
  workspace: Workspace,
  executors: Executors,
  isKept: (execution: string) => boolean = () => false,
): Promise<readonly RunningJob[]> {
  const left = Object.values(workspace.history.running).filter(({ job }) => !isKept(job));
  for (const { job, executor: name } of left) {
    const executor = executors.executor(name);
    for (const id of [job, recordingId(job)]) {
      await executor.stop(id);
      await executor.remove(id);
    }
    await workspace.abandon(job);
  }
  return left;
}
