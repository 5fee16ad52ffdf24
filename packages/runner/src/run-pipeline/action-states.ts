/** How the actions of a study stand, for those who only look. Takes no lock and changes nothing. */
import { readHistory } from '../workspace/history.ts';
import { storePaths } from '../workspace/store.ts';

export type StandingState = 'succeeded' | 'failed' | 'running';

/**
 * The newest state of every action that has run in a folder, by name. A run that was cut off shows as running until the
 * next one cleans up.
 * @throws FaultError manifest-unreadable
 */
export async function actionStates(
  projectDir: string,
): Promise<ReadonlyMap<string, StandingState>> {
  const { jobs, running } = await readHistory(
    storePaths({ level3: projectDir, level4: null }).history,
  );
  return new Map<string, StandingState>([
    ...Object.values(jobs).map(({ action, state }) => [action, state] as const),
    ...Object.values(running).map(({ action }) => [action, 'running'] as const),
  ]);
}
