/** A process for the test of killed runs: runs one action of a study and says its job's id once the program runs. */

import { join } from 'node:path';
import { createSandboxExecutor } from '../executor/sandbox/sandbox-executor.ts';
import { OUTPUT_LIMITS } from '../workspace/collect.ts';
import { runPipeline } from './run-pipeline.ts';
import { TEST_LIMITS } from './testing.ts';

const [root = '', action = ''] = process.argv.slice(2);
const executor = createSandboxExecutor({ stateDir: join(root, 'state'), graceSeconds: 1 });
await runPipeline({
  projectDir: join(root, 'study'),
  requested: [action],
  executors: { executorFor: async () => executor, executor: () => executor },
  limits: { ...TEST_LIMITS, wallClockSeconds: 600 },
  outputLimits: OUTPUT_LIMITS,
  runtimes: {},
  reusableActions: { sources: [], cacheFolder: join(root, 'cache') },
  onEvent: (event) => {
    if (event.kind === 'progress' && event.progress.stage === 'running') {
      process.stdout.write(event.job);
    }
  },
});
