/**
 * Git as a program, with nothing of the caller's own settings: no prompts, no hooks, no global configuration.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

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

/**
 * Runs git and gives its standard output.
 * @throws GitError when it fails; the signal's reason when it was aborted
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
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    if (exitCode !== 0) throw new GitError(exitCode ?? -1, reason.trim().replace(/^fatal: /, ''));
    return output;
  } catch (error) {
    options.signal?.throwIfAborted();
    if (timeout.aborted)
      throw new GitError(-1, `no answer within ${options.timeoutSeconds ?? 120} s`);
    throw error;
  }
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
