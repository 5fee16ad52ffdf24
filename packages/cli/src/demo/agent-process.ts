/** The demo's agent: `vitrine agent` as a process of its own, as it would be inside a secure environment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cliFaults } from '../faults.ts';
import type { DemoFiles } from './demo-folder.ts';
import { BACKEND, FIRST_LOOK_WORKSPACE, HOME_WORKSPACE, VACCINE_WORKSPACE } from './seed-demo.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

export interface AgentProcess {
  /** Rejects when it ends without having been told to. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
  /** For a hurry: nothing is waited for. */
  kill(): void;
}

export async function startAgentProcess(
  server: string,
  token: string,
  files: DemoFiles,
): Promise<AgentProcess> {
  const config = join(files.folder, 'agent.json');
  const log = join(files.folder, 'agent.log');
  await writeFile(config, JSON.stringify(settingsOf(server, files), null, 2));
  const output = await open(log, 'w');
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', main, 'agent', '--config', config],
    {
      // The channel tells it when we are gone, however that came.
      stdio: ['ignore', output.fd, output.fd, 'ipc'],
      // Ctrl-C in the terminal is for us; we tell the agent.
      detached: true,
      env: { ...process.env, VITRINE_AGENT_TOKEN: token },
    },
  );
  await output.close();
  const ended = once(child, 'exit');
  let isTold = false;
  const failed = ended.then(async ([, signal]) => {
    if (isTold) return await new Promise<never>(() => {});
    const lines = (await readFile(log, 'utf8')).trimEnd().split('\n');
    // Who is killed has no last word.
    const last = signal === null ? (lines.at(-1) ?? '') : `it was killed by ${signal}`;
    throw cliFaults.error('demo-agent-ended', { log, last });
  });
  failed.catch(() => {});
  return {
    failed,
    stop: async () => {
      isTold = true;
      await stop(child, ended);
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  // At once: the next demo begins anew anyway.
  child.kill('SIGTERM');
  await ended;
}

function settingsOf(
  server: string,
  { agent, databaseAddress, homeMonitoring, vaccineStudy, firstLook }: DemoFiles,
): object {
  return {
    server,
    agent: 'demo',
    backend: BACKEND,
    data: agent,
    slots: { database: 2, other: 2 },
    database_address_file: databaseAddress,
    drain_seconds: 0,
    allow: {
      repositories: [homeMonitoring.folder, vaccineStudy.folder, firstLook.folder],
      branches: [homeMonitoring.branch, vaccineStudy.branch],
      workspaces: {
        [HOME_WORKSPACE]: { repositories: [homeMonitoring.folder] },
        [VACCINE_WORKSPACE]: { repositories: [vaccineStudy.folder] },
        [FIRST_LOOK_WORKSPACE]: { repositories: [firstLook.folder] },
      },
    },
  };
}
