/** What the tests of this folder share: studies on disk, run in the real sandbox. */

import { join } from 'node:path';
import type { Executor, Limits } from '../executor/executor.ts';
import { createSandboxExecutor } from '../executor/sandbox/sandbox-executor.ts';
import { OUTPUT_LIMITS } from '../workspace/collect.ts';
import { type Files, makeFolder, removeFolder, writeFiles } from '../workspace/testing.ts';
import type { Executors } from './action-context.ts';
import type { RunEvent } from './run-events.ts';
import { type RunRequest, type RunResult, runPipeline } from './run-pipeline.ts';

export const TEST_LIMITS: Limits = {
  wallClockSeconds: 30,
  memoryBytes: 512 * 1024 ** 2,
  cpus: 1,
  processes: 64,
  diskBytes: 64 * 1024 ** 2,
  temporaryBytes: 16 * 1024 ** 2,
  logBytes: 1024 ** 2,
};

/** A study in a folder of its own, with the sandbox that runs it. */
export class TestStudy implements AsyncDisposable {
  readonly root: string;
  readonly folder: string;
  readonly executor: Executor;

  private constructor(root: string) {
    this.root = root;
    this.folder = join(root, 'study');
    this.executor = createSandboxExecutor({ stateDir: join(root, 'state'), graceSeconds: 1 });
  }

  static async make(files: Files): Promise<TestStudy> {
    const study = new TestStudy(await makeFolder());
    await writeFiles(study.folder, files);
    return study;
  }

  get executors(): Executors {
    return { executorFor: async () => this.executor, executor: () => this.executor };
  }

  request(requested: readonly string[], change: Partial<RunRequest> = {}): RunRequest {
    return {
      projectDir: this.folder,
      requested,
      executors: this.executors,
      limits: TEST_LIMITS,
      outputLimits: OUTPUT_LIMITS,
      runtimes: {},
      reusableActions: {
        sources: [join(this.root, 'actions')],
        cacheFolder: join(this.root, 'cache'),
      },
      ...change,
    };
  }

  async run(
    requested: readonly string[],
    change: Partial<RunRequest> = {},
  ): Promise<RunResult & { readonly events: readonly RunEvent[] }> {
    const events: RunEvent[] = [];
    const result = await runPipeline(
      this.request(requested, {
        ...change,
        onEvent: (event) => {
          events.push(event);
          change.onEvent?.(event);
        },
      }),
    );
    return { ...result, events };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeFolder(this.root);
  }
}

/** A project.yaml of actions, each `name: { run, needs, highly, moderately }`. */
export function projectOf(
  actions: Readonly<
    Record<
      string,
      {
        readonly run: string;
        readonly needs?: readonly string[];
        readonly highly?: readonly string[];
        readonly moderately?: readonly string[];
      }
    >
  >,
  version = 3,
): string {
  const labelled = (patterns: readonly string[] = []): object =>
    Object.fromEntries(patterns.map((pattern, index) => [`output${index}`, pattern]));
  return JSON.stringify({
    version,
    ...(version === 3 ? { expectations: { population_size: 100 } } : {}),
    actions: Object.fromEntries(
      Object.entries(actions).map(([name, { run, needs = [], highly, moderately }]) => [
        name,
        {
          run,
          needs,
          outputs: {
            ...(highly === undefined ? {} : { highly_sensitive: labelled(highly) }),
            ...(moderately === undefined ? {} : { moderately_sensitive: labelled(moderately) }),
          },
        },
      ]),
    ),
  });
}
