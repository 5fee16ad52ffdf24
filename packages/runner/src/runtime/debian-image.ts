/** An image made of Debian packages alone, where no registry can be reached. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ask, type Engine } from '../executor/docker/engine.ts';
import { runtimeFaults } from './faults.ts';

export interface DebianImage {
  /** Name under which the engine keeps it, with its tag. */
  readonly reference: string;
  readonly packages: readonly string[];
  /**
   * `minbase`: a system that installs further packages. `extract`: unpacked files only, no package is configured; quick
   * and enough to run a program in.
   */
  readonly variant: 'minbase' | 'extract';
  readonly labels: Readonly<Record<string, string>>;
}

const suite = 'bookworm';

/**
 * Makes the image and gives its content id. mmdebstrap's tar goes straight to the engine; the name is given only once
 * the whole of it arrived. Throws `image-tool-missing` and `image-build-failed`.
 */
export async function makeDebianImage(
  engine: Engine,
  image: DebianImage,
  onLine: (line: string) => void,
): Promise<string> {
  const program = spawn('mmdebstrap', await arguments_(image), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let last = '';
  createInterface({ input: program.stderr }).on('line', (line) => {
    last = line;
    onLine(line.replace(/^I: /, ''));
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    program.once('error', () => reject(runtimeFaults.error('image-tool-missing', {})));
    program.once('close', (code) => resolve(code));
  });
  const imported = importTar(engine, program.stdout, image);
  // The import of a tar that ends early may succeed: only the program knows.
  const [code, id] = await Promise.all([ended, imported.catch((error: unknown) => error)]);
  if (code !== 0) {
    throw runtimeFaults.error('image-build-failed', { image: image.reference, reason: last });
  }
  if (typeof id !== 'string') throw id;
  const [repo = '', tag = 'latest'] = image.reference.split(':');
  await ask(engine, `name the image ${image.reference}`, () =>
    engine.patient.getImage(id).tag({ repo, tag }),
  );
  return id;
}

async function importTar(engine: Engine, tar: Readable, image: DebianImage): Promise<string> {
  const changes = Object.entries(image.labels).map(([name, value]) => `LABEL ${name}=${value}`);
  const response = await ask(engine, 'read in an image', () =>
    engine.patient.importImage(tar, { changes }),
  );
  const events = await followProgress(engine, response, () => undefined);
  const id = events
    .map((event) => event.status ?? '')
    .find((status) => status.startsWith('sha256:'));
  if (id === undefined) {
    const reason = events.map((event) => event.error ?? '').find((text) => text !== '');
    throw runtimeFaults.error('image-build-failed', {
      image: image.reference,
      reason: reason ?? 'the engine did not say what it read',
    });
  }
  return id;
}

/** One message of the engine about long work. */
export interface EngineEvent {
  readonly stream?: string;
  readonly status?: string;
  readonly error?: string;
}

/** Reads an engine's messages to their end. Rejects where the connection breaks; an `error` message is data. */
export function followProgress(
  engine: Engine,
  response: NodeJS.ReadableStream,
  onEvent: (event: EngineEvent) => void,
): Promise<readonly EngineEvent[]> {
  const events: EngineEvent[] = [];
  return new Promise((resolve, reject) => {
    engine.patient.modem.followProgress(
      response,
      (error: Error | null) => {
        if (error === null || events.some((event) => event.error !== undefined)) resolve(events);
        else reject(error);
      },
      (event: EngineEvent) => {
        events.push(event);
        onEvent(event);
      },
    );
  });
}

/**
 * Built from where this machine gets its own packages, if it is a Debian of the same suite: its mirrors, proxies and
 * certificates then hold inside as well, and no name of a server stands in the project.
 */
async function arguments_(image: DebianImage): Promise<readonly string[]> {
  const bundle = '/etc/ssl/certs/ca-certificates.crt';
  const bootable = image.variant === 'minbase';
  return [
    `--variant=${image.variant}`,
    '--format=tar',
    `--include=${image.packages.join(',')}`,
    ...(await aptOptions()).map((option) => `--aptopt=${option}`),
    ...(bootable && existsSync(bundle)
      ? [`--customize-hook=copy-in ${bundle} /etc/ssl/certs/`]
      : []),
    suite,
    '-',
    ...(await ownSources()),
  ];
}

async function ownSources(): Promise<readonly string[]> {
  for (const file of ['/etc/apt/sources.list', '/etc/apt/sources.list.d/debian.sources']) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.includes(suite)) return [file];
  }
  return [];
}

/** How this machine's apt reaches its servers. */
async function aptOptions(): Promise<readonly string[]> {
  const dump = await output('apt-config', ['dump', '--no-empty', 'Acquire']);
  return dump
    .split('\n')
    .filter((line) =>
      /^Acquire::(https?::(Proxy|Timeout)|Retries|Check-Date|Check-Valid-Until)\b/i.test(line),
    )
    .map((line) => line.replace(/;$/, ''));
}

function output(program: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'ignore'] });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.once('error', () => resolve(''));
    child.once('close', () => resolve(Buffer.concat(parts).toString('utf8')));
  });
}
