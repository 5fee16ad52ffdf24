/**
 * What this machine can run actions with: the executors, found out once and only when asked for, and which one each
 * runtime gets. `vitrine doctor` explains with the same findings that a run acts on.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunRecorder } from '@vitrine/cohort';
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import { chooseExecutor, type ExecutorChoice, type Finding } from './executor/choose-executor.ts';
import { createDockerExecutor } from './executor/docker/docker-executor.ts';
import {
  addressText,
  connect,
  describeEngine,
  type EngineAddress,
  hasImage,
  likelyAddress,
  parseAddress,
} from './executor/docker/engine.ts';
import type { Executor } from './executor/executor.ts';
import { sandboxFault } from './executor/sandbox/availability.ts';
import { createSandboxExecutor } from './executor/sandbox/sandbox-executor.ts';
import { executorRecorder } from './run-pipeline/executor-recorder.ts';
import { type Configuration, limitsOf, stateFolder } from './runtime/configuration.ts';
import { detectRuntime } from './runtime/detect-runtime.ts';
import { runtimeFaults } from './runtime/faults.ts';
import { findRuntime, type Runtime, runtimeNames } from './runtime/runtimes.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type ProgramRuntime = Extract<Runtime, { kind: 'programs' }>;

/** Programs without which a sandbox runtime cannot start; looked for before every run, so by their files alone. */
const startingPrograms: Readonly<Record<string, string>> = {
  python: '/usr/bin/python3',
  Rscript: '/usr/bin/Rscript',
};

export class Machine {
  readonly configuration: Configuration;
  /** Folder for what must outlive a process. */
  readonly stateDir: string;
  readonly #environment: Environment;
  #engine: Promise<Finding> | undefined;
  #sandbox: Promise<Finding> | undefined;
  #executors: Partial<Record<Executor['name'], Executor>> = {};

  constructor(configuration: Configuration, environment: Environment) {
    this.configuration = configuration;
    this.stateDir = stateFolder(configuration.settings, environment);
    this.#environment = environment;
  }

  /** Where the Docker engine is, or would be. */
  get engineAddress(): EngineAddress {
    const configured = this.configuration.settings['docker.socket'];
    if (configured === null) return likelyAddress(this.#environment);
    const address = parseAddress(configured);
    if (address === null) {
      throw runtimeFaults.error('setting-invalid', {
        key: 'docker.socket',
        source: this.configuration.origins['docker.socket'],
        reason: 'it is neither a path nor an address',
        expected: 'a path such as /var/run/docker.sock, or an address such as tcp://127.0.0.1:2375',
      });
    }
    return address;
  }

  /** An executor by its name, whether it works here or not. */
  executor(name: Executor['name']): Executor {
    const known = this.#executors[name];
    if (known !== undefined) return known;
    const made =
      name === 'docker'
        ? createDockerExecutor({ address: this.engineAddress, stateDir: this.stateDir })
        : createSandboxExecutor({ stateDir: this.stateDir });
    this.#executors = { ...this.#executors, [name]: made };
    return made;
  }

  /**
   * The executor that runs a runtime of a run line (`python`, `v2`).
   * @throws FaultError executor-missing, with what to install; runtime-unknown.
   */
  async executorFor(name: string, tag: string): Promise<Executor> {
    const choice = await this.#choose(this.#programs(name, tag), quickFinding);
    if (choice.executor !== null) return this.executor(choice.executor);
    throw runtimeFaults.error('executor-missing', { name, ...choice });
  }

  /**
   * Runs study definitions outside of any job, for commands that only look at them.
   * @throws FaultError executor-missing
   */
  async recorder(signal?: AbortSignal): Promise<RunRecorder> {
    const { settings } = this.configuration;
    const executor = await this.executorFor('cohortextractor', 'latest');
    return async (run) => {
      const id = `record-${randomBytes(8).toString('hex')}`;
      const record = executorRecorder({
        executor,
        runtimes: settings.runtimes,
        id,
        scratch: join(tmpdir(), `vitrine-${id}`),
        limits: limitsOf(settings),
        signal,
      });
      return await record(run);
    };
  }

  /** The same choice after a close look, in words. */
  async explain(name: string, tag: string): Promise<ExecutorChoice> {
    return await this.#choose(this.#programs(name, tag), closeFinding);
  }

  #programs(name: string, tag: string): ProgramRuntime {
    const { runtimes } = this.configuration.settings;
    // The cohort engine is ours; what needs isolating is the study's Python that it records.
    const runtime = findRuntime(name === 'cohortextractor' ? 'python' : name, tag, runtimes);
    if (runtime?.kind === 'programs') return runtime;
    throw runtimeFaults.error('runtime-unknown', { name, known: runtimeNames(runtimes) });
  }

  async #choose(
    runtime: ProgramRuntime,
    programsOf: (runtime: ProgramRuntime) => Promise<Finding>,
  ): Promise<ExecutorChoice> {
    const configured = this.configuration.settings.executor;
    const unasked: Finding = { usable: false, words: 'not looked for', remedy: '' };
    const engine = configured === 'sandbox' ? unasked : await this.engine();
    const image = engine.usable ? await this.#image(runtime) : unasked;
    const dockerServes = engine.usable && image.usable;
    const sandbox = configured === 'docker' || dockerServes ? unasked : await this.sandbox();
    const programs = configured === 'docker' || dockerServes ? unasked : await programsOf(runtime);
    return chooseExecutor({ configured, engine, image, sandbox, programs });
  }

  /** Does an engine answer? */
  engine(): Promise<Finding> {
    this.#engine ??= this.#findEngine();
    return this.#engine;
  }

  async #findEngine(): Promise<Finding> {
    const address = this.engineAddress;
    const where = addressText(address);
    if (address.kind === 'socket' && !existsSync(address.path)) {
      return {
        usable: false,
        words: `no Docker engine at ${where}`,
        remedy: 'Start Docker or Podman, or name its socket in the setting docker.socket.',
      };
    }
    try {
      const { product, version } = await describeEngine(connect(address));
      return { usable: true, words: `${product} ${version} answers at ${where}` };
    } catch (error) {
      const fault = firstFault(error);
      return { usable: false, words: fault.message, remedy: fault.hint };
    }
  }

  async #image({ name, image }: ProgramRuntime): Promise<Finding> {
    if (image === null) {
      return {
        usable: false,
        words: `no image is set for ${name}`,
        remedy: `Name one in the setting runtimes.${name}.image.`,
      };
    }
    return (await hasImage(connect(this.engineAddress), image))
      ? { usable: true, words: `the engine has the image ${image}` }
      : {
          usable: false,
          words: `the engine has no image ${image}`,
          remedy: `Build it with: vitrine images build ${name}`,
        };
  }

  /** Does bubblewrap work here? */
  sandbox(): Promise<Finding> {
    this.#sandbox ??= sandboxFault().then((fault) =>
      fault === null
        ? { usable: true, words: 'the sandbox (bubblewrap) works' }
        : { usable: false, words: fault.message, remedy: fault.hint },
    );
    return this.#sandbox;
  }
}

async function quickFinding(runtime: ProgramRuntime): Promise<Finding> {
  const program = startingPrograms[runtime.sandbox?.program ?? ''];
  if (program !== undefined && existsSync(program)) {
    return { usable: true, words: `${program} is there` };
  }
  return await closeFinding(runtime);
}

async function closeFinding({ name, sandbox }: ProgramRuntime): Promise<Finding> {
  if (sandbox === null) {
    return {
      usable: false,
      words: `${name} runs in an image only`,
      remedy: `Name an image in the setting runtimes.${name}.image and start a Docker engine.`,
    };
  }
  const { usable, versions, problems } = await detectRuntime(name);
  const found = Object.entries(versions)
    .filter(([, version]) => version !== null)
    .map(([part, version]) => `${part} ${version}`)
    .join(', ');
  if (usable) return { usable, words: `this machine has ${found}` };
  const [problem] = problems;
  return {
    usable,
    words: problem?.message ?? `${name} is not installed`,
    remedy: problem?.hint ?? '',
  };
}

function firstFault(error: unknown): Diagnostic {
  const [first] = error instanceof FaultError ? error.diagnostics : [];
  if (first === undefined) throw error;
  return first;
}
