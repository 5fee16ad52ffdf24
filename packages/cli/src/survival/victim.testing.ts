/** Programs that are killed and started again, and numbers that are the same in every ordinary run. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

/** `vitrine …`, as a process of its own. */
export class Victim {
  readonly #words: readonly string[];
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | null = null;
  /** All that it printed to standard error, over all its lives. */
  said = '';

  constructor(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.#words = words;
    this.#environment = environment;
  }

  start(): void {
    const { DATABASE_URL: _, ...environment } = process.env;
    this.#child = spawn(process.execPath, [main, ...this.#words], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...environment, ...this.#environment },
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.said += String(chunk);
    });
  }

  /** Starts it and waits until it has said that. */
  async startUntil(words: string): Promise<void> {
    const before = this.said.length;
    this.start();
    while (!this.said.slice(before).includes(words)) {
      const child = this.#child;
      if (child?.stderr == null || child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`it ended: ${this.said}`);
      }
      await Promise.race([once(child.stderr, 'data'), once(child, 'exit')]);
    }
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}

/** Kills what watches over a program that runs at this moment, once for each name; false when there is none. */
export async function killSupervisor(data: string, killed: Set<string>): Promise<boolean> {
  const folder = join(data, 'executor');
  for (const name of await readdir(folder).catch(() => [])) {
    if (!/^[a-z2-7]{16}$/.test(name) || killed.has(name)) continue;
    const read = (file: string): Promise<string | null> =>
      readFile(join(folder, name, file), 'utf8').catch(() => null);
    const started = await read('started');
    if (started === null || (await read('exited')) !== null) continue;
    killed.add(name);
    try {
      process.kill(JSON.parse(started).pid, 'SIGKILL');
      return true;
    } catch {
      // It had ended by itself.
    }
  }
  return false;
}

/** Numbers in [0, 1), the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
