/** For tests: the command line as people start it, and small studies to start it on. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const entry = join(import.meta.dirname, 'main.ts');

/** No colours, and no engine of the machine: what is tested here is the command line. */
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  FORCE_COLOR: undefined,
  NO_COLOR: '1',
  VITRINE_EXECUTOR: 'sandbox',
};

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs `vitrine` to its end. It gets a SIGINT, as by Ctrl-C, once it has printed `interruptAt`. With `unread`, nobody reads what it
 * prints on standard output.
 */
export function vitrine(
  words: readonly string[],
  options: { readonly cwd: string; readonly interruptAt?: string; readonly unread?: boolean },
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry, ...words], {
      cwd: options.cwd,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (options.unread === true) child.stdout.destroy();
    let out = '';
    let err = '';
    let waiting = options.interruptAt !== undefined;
    const heard = (): void => {
      if (!waiting || !`${out}${err}`.includes(options.interruptAt ?? '')) return;
      waiting = false;
      child.kill('SIGINT');
    };
    child.stdout.on('data', (chunk) => {
      out += chunk;
      heard();
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
      heard();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

/** A study in a folder of its own, by path and text; removed by the function that comes with it. */
export function makeStudy(files: Readonly<Record<string, string>>): {
  readonly folder: string;
  readonly remove: () => void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-cli-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
