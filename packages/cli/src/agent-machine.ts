/** How an agent runs actions on this machine: as its owner has set it, with all state in the agent's data folder. */
import { executorFolder, type RunSettings } from '@vitrine/agent';
import {
  findRuntime,
  isolationSelfTest,
  limitsOf,
  Machine,
  outputLimitsOf,
  readConfiguration,
  type SelfTestResult,
} from '@vitrine/runner';

export interface AgentMachine {
  readonly settings: RunSettings;
  readonly selfTest: (scratchDir: string) => Promise<readonly SelfTestResult[]>;
}

/** Fixed, so that what a killed test left behind is removed by the next. */
const SELF_TEST = 'selftest-agent';

/** @throws FaultError with the faults of the settings */
export async function agentMachine(
  data: string,
  environment: NodeJS.ProcessEnv,
): Promise<AgentMachine> {
  const own = { ...environment, VITRINE_STATE_DIR: executorFolder(data) };
  const machine = new Machine(await readConfiguration(null, own), own);
  const { settings } = machine.configuration;
  return {
    settings: {
      executors: machine,
      limits: limitsOf(settings),
      outputLimits: outputLimitsOf(settings),
      runtimes: settings.runtimes,
      actionSources: settings['actions.sources'],
    },
    selfTest: (scratchDir) => selfTest(machine, scratchDir),
  };
}

/** An executor that cannot be had fails the test, and with it no work is taken. */
async function selfTest(machine: Machine, scratchDir: string): Promise<readonly SelfTestResult[]> {
  try {
    const executor = await machine.executorFor('python', 'latest');
    const runtime = findRuntime('python', 'latest', machine.configuration.settings.runtimes);
    const image = runtime?.kind === 'programs' ? (runtime.image ?? '') : '';
    return await isolationSelfTest(executor, {
      id: SELF_TEST,
      scratchDir,
      runtime: { image, hostPaths: [] },
    });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return [{ check: 'self-test', passed: false, detail }];
  }
}
