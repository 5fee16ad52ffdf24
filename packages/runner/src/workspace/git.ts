/**
 * Git as a program, with nothing of the caller's own settings: no prompts, no hooks, no global configuration.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

export interface GitOptions {
  /** Folder to run in. */
  readonly folder: string;
  /** What the command reads. */
  readonly input?: string;
  /** Extra environment, for example GIT_INDEX_FILE. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Git processes never hang for ever. */
  readonly timeoutSeconds?: number;
}

/** A git command that ended with something other than 0. */
export class GitError extends Error {
  readonly exitCode: number;
  /** What git printed to standard error, trimmed. */
  readonly reason: string;

  constructor(exitCode: number, reason: string) {
    super(`git failed: ${reason}`);
    this.name = 'GitError';
    this.exitCode = exitCode;
    this.reason = reason;
  }
}

/** A git command that printed more than anybody is to hold in memory. */
export class GitOutputError extends GitError {}

/** Most bytes of standard output: a few hundred thousand paths. */
const OUTPUT_LIMIT = 64 * 1024 ** 2;

/** Most bytes of standard error that are kept, the last ones; a server of repositories can print without an end. */
const REASON_LIMIT = 64 * 1024;

/**
 * Runs git and gives its standard output.
 * @throws GitError when it fails; GitOutputError when it prints more than 64 MiB; the signal's reason when it was aborted
 */
export async function runGit(args: readonly string[], options: GitOptions): Promise<string> {
  const timeout = AbortSignal.timeout((options.timeoutSeconds ?? 120) * 1000);
  const signal =
    options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  const child = spawn(
    'git',
    ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', ...args],
    {
      cwd: options.folder,
      env: {
        ...reach(),
        HOME: '/nonexistent',
        LC_ALL: 'C.UTF-8',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_TERMINAL_PROMPT: '0',
        ...options.environment,
      },
      stdio: 'pipe',
      signal,
    },
  );
  // A command that does not read its input closes the pipe; its exit code says whether that was right.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  try {
    const [output, reason, [exitCode]] = await Promise.all([
      readAll(child.stdout, () => child.kill('SIGKILL')),
      readEnd(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    if (output === null)
      throw new GitOutputError(-1, `more than ${OUTPUT_LIMIT} bytes were printed`);
    if (exitCode !== 0) throw new GitError(exitCode ?? -1, reason.trim().replace(/^fatal: /, ''));
    return output;
  } catch (error) {
    options.signal?.throwIfAborted();
    if (timeout.aborted)
      throw new GitError(-1, `no answer within ${options.timeoutSeconds ?? 120} s`);
    throw error;
  }
}

/** All of a stream; null where it is longer than we read. */
async function readAll(stream: Readable, onLimit: () => void): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > OUTPUT_LIMIT) {
      chunks.length = 0;
      onLimit();
    } else chunks.push(chunk);
  }
  return length > OUTPUT_LIMIT ? null : Buffer.concat(chunks).toString('utf8');
}

async function readEnd(stream: Readable): Promise<string> {
  let end = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    end = Buffer.concat([end, chunk]).subarray(-REASON_LIMIT);
  }
  return end.toString('utf8');
}

/** What git needs of our environment to find programs and reach servers. */
function reach(): Readonly<Record<string, string>> {
  const names = ['PATH', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'GIT_SSL_CAINFO'];
  const proxies = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'];
  const all = [...names, ...proxies, ...proxies.map((name) => name.toUpperCase())];
  return Object.fromEntries(
    all.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
