/** Whether the machine's own programs make up a runtime for the sandbox, and what to install if not. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Diagnostic } from '@vitrine/pipeline';
import { z } from 'zod';
import { runtimeFaults } from './faults.ts';
import { pythonExtras } from './launch.ts';
import { readPackageList } from './package-list.ts';
import { findRuntime, type SandboxRuntime } from './runtimes.ts';

/** What there is of a runtime. Versions by program, module or package; null: absent. */
export interface RuntimeReport {
  readonly name: string;
  /** Scripts can run at all. */
  readonly usable: boolean;
  readonly versions: Readonly<Record<string, string | null>>;
  /** Debian packages of its lists that are not installed; null where this is not a Debian. */
  readonly missingPackages: readonly string[] | null;
  /** The command that completes it; null when complete or not a Debian. */
  readonly install: string | null;
  readonly problems: readonly Diagnostic[];
}

/** Looks at the machine. `name` is a runtime with a sandbox form; throws `runtime-unknown` otherwise. */
export async function detectRuntime(name: string): Promise<RuntimeReport> {
  const runtime = findRuntime(name, 'latest', {});
  if (runtime?.kind !== 'programs' || runtime.sandbox === null) {
    throw runtimeFaults.error('runtime-unknown', { name, known: ['python', 'jupyter', 'r'] });
  }
  const { sandbox } = runtime;
  const [versions, missingPackages] = await Promise.all([
    sandbox.program === 'python' ? pythonVersions(sandbox) : rVersions(),
    missingOf(sandbox.packageLists),
  ]);
  const absent = [...needs(sandbox)].filter((part) => (versions[part] ?? null) === null);
  const install =
    missingPackages === null || missingPackages.length === 0
      ? null
      : `${process.getuid?.() === 0 ? '' : 'sudo '}apt-get install --no-install-recommends ${missingPackages.join(' ')}`;
  const lacking = [...(missingPackages ?? []), ...extrasLacking(versions)];
  const problems =
    absent.length > 0
      ? [
          runtimeFaults.diagnose('runtime-missing', {
            name,
            missing: absent,
            install: install ?? absent.join(', '),
          }),
        ]
      : lacking.length > 0
        ? [
            runtimeFaults.diagnose('runtime-incomplete', {
              name,
              missing: lacking,
              install: install ?? installExtras,
            }),
          ]
        : [];
  return { name, usable: absent.length === 0, versions, missingPackages, install, problems };
}

const installExtras = `sh images/python/install-extras.sh ${pythonExtras}`;

/** pyarrow stands for all that Debian lacks: they come together or not at all. */
function extrasLacking(versions: Readonly<Record<string, string | null>>): readonly string[] {
  return versions['pyarrow'] === null ? ['pyarrow'] : [];
}

function* needs(sandbox: SandboxRuntime): Generator<string> {
  yield sandbox.program === 'python' ? 'python' : sandbox.program;
  yield* sandbox.modules;
}

const versionsSchema = z.record(z.string(), z.string().nullable());

/** Versions without importing anything: an import of pandas alone takes longer than all the rest. */
async function pythonVersions(
  sandbox: SandboxRuntime,
): Promise<Readonly<Record<string, string | null>>> {
  const script = [
    'import importlib.metadata, json, platform, sys',
    'found = {"python": platform.python_version()}',
    'for name in sys.argv[1:]:',
    '    try: found[name] = importlib.metadata.version(name)',
    '    except importlib.metadata.PackageNotFoundError: found[name] = None',
    'print(json.dumps(found))',
  ].join('\n');
  const said = await output('/usr/bin/python3', ['-c', script, ...sandbox.modules, 'pyarrow'], {
    PYTHONPATH: pythonExtras,
  });
  return said === null ? { python: null } : versionsSchema.parse(JSON.parse(said));
}

async function rVersions(): Promise<Readonly<Record<string, string | null>>> {
  if (!existsSync('/usr/bin/Rscript')) return { Rscript: null };
  const said = await output('/usr/bin/Rscript', [
    '--vanilla',
    '-e',
    'cat(as.character(getRversion()))',
  ]);
  return { Rscript: said };
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are dpkg-query's own.
const dpkgFormat = '${Package} ${db:Status-Status}\\n';

async function missingOf(lists: readonly string[]): Promise<readonly string[] | null> {
  const wanted = (await Promise.all(lists.map(readPackageList))).flat();
  if (!existsSync('/usr/bin/dpkg-query')) return null;
  const said = await output('dpkg-query', ['-W', '-f', dpkgFormat]);
  const installed = new Set(
    (said ?? '').split('\n').flatMap((line) => {
      const [name = '', status] = line.split(' ');
      return status === 'installed' ? [name] : [];
    }),
  );
  return wanted.filter((name) => !installed.has(name));
}

/** What a program prints, or null when it cannot be run or fails. */
function output(
  program: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(
      program,
      [...words],
      { env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', ...environment }, maxBuffer: 2 ** 24 },
      (error, stdout) => resolve(error === null ? stdout.trim() : null),
    );
  });
}
