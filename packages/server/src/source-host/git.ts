/** Git as a program, with nothing of the server's own settings: no prompts, no hooks, no credentials. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** A git command that ended with something other than 0. */
export class GitError extends Error {
  /** What git printed to standard error, in one line, without credentials of an address. */
  readonly reason: string;

  constructor(reason: string) {
    super(`git failed: ${reason}`);
    this.name = 'GitError';
    this.reason = reason;
  }
}

export interface GitOptions {
  readonly folder: string;
  /** Most bytes of standard output to keep; more is an error unless `cut`. */
  readonly limit: number;
  /** What is longer than `limit` is cut off there. */
  readonly cut?: boolean;
  readonly timeoutSeconds?: number;
  /** What git reads from standard input. */
  readonly input?: string;
}

export interface GitOutput {
  readonly text: string;
  readonly isCut: boolean;
}

/** Names of the environment that git needs to find programs and reach servers. */
const REACH = ['PATH', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'GIT_SSL_CAINFO'];
const PROXIES = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'];

/**
 * Runs git and gives its standard output.
 * @throws GitError when it fails, prints too much, or takes too long
 */
export async function runGit(args: readonly string[], options: GitOptions): Promise<GitOutput> {
  const seconds = options.timeoutSeconds ?? 60;
  const child = spawn(
    'git',
    ['-c', 'core.hooksPath=/dev/null', '-c', 'protocol.ext.allow=never', ...args],
    {
      cwd: options.folder,
      env: environment(),
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    },
  );
  // Who ends without reading all of it says why by its exit.
  child.stdin?.on('error', () => {}).end(options.input);
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
  try {
    const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    const [output, errors, [exitCode, signal]] = await Promise.all([
      read(child.stdout as Readable, options.limit, () => child.kill('SIGKILL')),
      read(child.stderr as Readable, 10_000, () => {}),
      closed,
    ]);
    if (output.isCut) {
      if (options.cut === true) return output;
      throw new GitError(`more than ${options.limit} bytes`);
    }
    if (signal !== null) throw new GitError(`no answer within ${seconds} s`);
    if (exitCode !== 0) throw new GitError(oneLine(errors.text));
    return output;
  } finally {
    clearTimeout(timer);
  }
}

async function read(stream: Readable, limit: number, onLimit: () => void): Promise<GitOutput> {
  const chunks: Buffer[] = [];
  let length = 0;
  let isCut = false;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (isCut) continue;
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) {
      isCut = true;
      onLimit();
    }
  }
  return { text: Buffer.concat(chunks).subarray(0, limit).toString('utf8'), isCut };
}

function oneLine(errors: string): string {
  const line = errors.split('\n').find((text) => /^(?:fatal|error): /.test(text)) ?? errors;
  return line
    .replace(/^(?:fatal|error): /, '')
    .replaceAll(/\/\/[^/@\s]+@/g, '//')
    .trim();
}

function environment(): NodeJS.ProcessEnv {
  const names = [...REACH, ...PROXIES, ...PROXIES.map((name) => name.toUpperCase())];
  const reach = names.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(reach),
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    // A study folder of another user is only read, and runs nothing of itself.
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
  };
}
