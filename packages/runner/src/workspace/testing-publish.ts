/** A process for the test of kills: says that it is ready, then runs and publishes one job. */
import type { Files } from './testing.ts';
import { openWorkspace, runJob, writeFiles } from './testing.ts';

const [level3 = '', level4 = '', files = '{}'] = process.argv.slice(2);
const workspace = await openWorkspace({ level3, level4 });
process.stdout.write('ready');
await runJob(workspace, {
  job: 'killed',
  action: 'tables',
  outputs: { 'output/*.csv': 'moderately_sensitive' },
  run: (folder) => writeFiles(folder, JSON.parse(files) as Files),
});
await workspace.close();
