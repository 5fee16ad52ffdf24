/** A PostgreSQL server that a test stops and starts as it likes: its own data, its own port. */
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './victim.testing.ts';

const run = promisify(execFile);

/** It refuses to run as root. */
const isRoot = process.getuid?.() === 0;

const places = ['/usr/lib/postgresql/*/bin/initdb', '/usr/bin/initdb', '/usr/local/bin/initdb'];

/** Folder of its programs; null where it is not installed. */
export const postgresPrograms: string | null =
  places.flatMap((place) => globSync(place)).map(dirname)[0] ?? null;

export class OwnPostgres {
  readonly #home: string;
  readonly #port: number;

  private constructor(home: string, port: number) {
    this.#home = home;
    this.#port = port;
  }

  static async make(): Promise<OwnPostgres> {
    // Not in a folder that only we may enter.
    const home = await mkdtemp('/var/tmp/vitrine-postgres-');
    if (isRoot) {
      const { stdout } = await run('id', ['-u', 'postgres']);
      await chown(home, Number(stdout), -1);
    }
    const postgres = new OwnPostgres(home, await freePort());
    const data = `--pgdata=${join(home, 'data')}`;
    await postgres.#do('initdb', data, '--username=postgres', '--auth=trust', '--no-sync');
    await postgres.start();
    return postgres;
  }

  get url(): string {
    return `postgresql://postgres@127.0.0.1:${this.#port}/postgres`;
  }

  async start(): Promise<void> {
    const options = `-p ${this.#port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off`;
    await this.#do(
      'pg_ctl',
      'start',
      '--wait',
      '--silent',
      '--timeout=120',
      `--pgdata=${join(this.#home, 'data')}`,
      `--log=${join(this.#home, 'log')}`,
      `--options=${options}`,
    );
  }

  /** At once: every connection breaks, what was not committed is gone. */
  async stop(): Promise<void> {
    const data = `--pgdata=${join(this.#home, 'data')}`;
    await this.#do('pg_ctl', 'stop', '--wait', '--silent', '--mode=immediate', data);
  }

  async remove(): Promise<void> {
    await this.stop().catch(() => {});
    await rm(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }

  async #do(program: string, ...args: readonly string[]): Promise<void> {
    const whole = [join(postgresPrograms ?? '', program), ...args];
    const words = isRoot
      ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', ...whole]
      : whole;
    await run('env', ['LC_ALL=C.UTF-8', ...words], { cwd: '/' });
  }
}
