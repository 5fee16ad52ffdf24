/**
 * The connection to a container engine: Docker, or Podman through its compatible API.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { FaultError } from '@vitrine/pipeline';
import type Docker from 'dockerode';
import { dockerFaults } from './faults.ts';

/** Loaded where an engine is spoken to: it takes a tenth of a second, and most commands need none. */
const dockerode = (): typeof Docker => createRequire(import.meta.url)('dockerode');

/** Where an engine listens. A `tcp` engine must see the same folders as this machine. */
export type EngineAddress =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** An engine that can be asked. Two clients, as most questions are answered at once and a few take hours. */
export interface Engine {
  readonly address: EngineAddress;
  /** Gives up after `quickSeconds` of silence. */
  readonly quick: Docker;
  /** Never gives up: waiting for an end, building, reading in an image. */
  readonly patient: Docker;
}

const quickSeconds = 30;

/** Reads `unix:///path`, a bare path, or `tcp://host:port`. Returns null for anything else. */
export function parseAddress(text: string): EngineAddress | null {
  if (text.startsWith('/')) return { kind: 'socket', path: text };
  const url = URL.parse(text);
  if (url?.protocol === 'unix:' && url.pathname.length > 1) {
    return { kind: 'socket', path: decodeURIComponent(url.pathname) };
  }
  if (url?.protocol === 'tcp:' && url.hostname !== '') {
    return { kind: 'tcp', host: url.hostname, port: url.port === '' ? 2375 : Number(url.port) };
  }
  return null;
}

/** How a person reads an address. */
export function addressText(address: EngineAddress): string {
  return address.kind === 'socket' ? address.path : `tcp://${address.host}:${address.port}`;
}

/** Where engines listen when nobody says otherwise, the likeliest first. */
export function usualAddresses(
  environment: Readonly<Record<string, string | undefined>>,
): readonly EngineAddress[] {
  const named = environment['DOCKER_HOST'];
  const runtimeFolder = environment['XDG_RUNTIME_DIR'];
  const sockets = [
    '/var/run/docker.sock',
    ...(runtimeFolder === undefined
      ? []
      : [join(runtimeFolder, 'docker.sock'), join(runtimeFolder, 'podman/podman.sock')]),
    join(homedir(), '.docker/run/docker.sock'),
    '/run/podman/podman.sock',
  ];
  const chosen = named === undefined ? null : parseAddress(named);
  return [
    ...(chosen === null ? [] : [chosen]),
    ...sockets.map((path): EngineAddress => ({ kind: 'socket', path })),
  ];
}

/** The first usual address that has something behind it, or the very first when none has. */
export function likelyAddress(
  environment: Readonly<Record<string, string | undefined>>,
): EngineAddress {
  const addresses = usualAddresses(environment);
  const found = addresses.find((address) => address.kind === 'tcp' || existsSync(address.path));
  return found ?? addresses[0] ?? { kind: 'socket', path: '/var/run/docker.sock' };
}

/** Prepares the clients; nothing is sent yet. */
export function connect(address: EngineAddress): Engine {
  const where =
    address.kind === 'socket'
      ? { socketPath: address.path }
      : { host: address.host, port: address.port, protocol: 'http' as const };
  const Client = dockerode();
  return {
    address,
    quick: new Client({ ...where, timeout: quickSeconds * 1000 }),
    patient: new Client(where),
  };
}

/** The engine's answer to a question it refused, as dockerode throws it. */
export function statusOf(error: unknown): number | null {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : null;
}

/** Asks the engine something; what goes wrong comes out as a fault of the catalogue. `task` completes "could not …". */
export async function ask<T>(engine: Engine, task: string, question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    throw asFault(engine, task, error);
  }
}

/** As `ask`, but gives `instead` when the engine answers with one of these status codes. */
export async function askUnless<T, U>(
  engine: Engine,
  task: string,
  statuses: readonly number[],
  instead: U,
  question: () => Promise<T>,
): Promise<T | U> {
  return await ask(engine, task, async () => {
    try {
      return await question();
    } catch (error) {
      const status = statusOf(error);
      if (status !== null && statuses.includes(status)) return instead;
      throw error;
    }
  });
}

function asFault(engine: Engine, task: string, error: unknown): unknown {
  if (error instanceof FaultError || !(error instanceof Error)) return error;
  if (error.name === 'AbortError') return error;
  const address = addressText(engine.address);
  const code = 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOENT':
      return dockerFaults.error('engine-absent', { address, reason: 'there is no such socket' });
    case 'ECONNREFUSED':
      return dockerFaults.error('engine-absent', { address, reason: 'nothing listens there' });
    case 'ENOTFOUND':
    case 'EHOSTUNREACH':
    case 'ENOTSOCK':
      return dockerFaults.error('engine-absent', { address, reason: code });
    case 'EACCES':
    case 'EPERM':
      return dockerFaults.error('engine-forbidden', { address });
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ETIMEDOUT':
      return dockerFaults.error('engine-silent', { address, seconds: quickSeconds });
    default:
      return dockerFaults.error('engine-refused', { task, reason: reasonOf(error) });
  }
}

/** The engine's own words, without the transport's wrapping. */
export function reasonOf(error: Error): string {
  const body: unknown = 'json' in error ? error.json : null;
  if (typeof body === 'object' && body !== null && 'message' in body) {
    return String(body.message).trim();
  }
  return error.message.trim();
}

/** What an engine says about itself. */
export interface EngineReport {
  readonly address: string;
  readonly product: 'docker' | 'podman';
  readonly version: string;
  readonly cgroupVersion: 1 | 2;
  readonly rootless: boolean;
  /** Limits that this engine cannot hold, in words. Empty on a whole engine. */
  readonly weaknesses: readonly string[];
}

/** Asks an engine who it is. Throws `engine-absent`, `engine-forbidden` or `engine-silent`. */
export async function describeEngine(engine: Engine): Promise<EngineReport> {
  const [info, version] = await ask(engine, 'describe itself', () =>
    Promise.all([engine.quick.info(), engine.quick.version()]),
  );
  const flag = (name: string, words: string): readonly string[] =>
    info[name] === false ? [words] : [];
  const components: readonly { Name: string }[] = version.Components ?? [];
  return {
    address: addressText(engine.address),
    product: components.some((component) => component.Name.startsWith('Podman'))
      ? 'podman'
      : 'docker',
    version: version.Version,
    cgroupVersion: info.CgroupVersion === '2' ? 2 : 1,
    rootless: (info.SecurityOptions ?? []).some((option: string) => option.includes('rootless')),
    weaknesses: [
      ...flag('MemoryLimit', 'memory is not limited'),
      ...flag('SwapLimit', 'swap is not limited, so a program may use more than its memory limit'),
      ...flag('PidsLimit', 'the number of processes is not limited'),
      ...flag('CpuCfsQuota', 'processor time is not limited'),
    ],
  };
}

/** True when the engine has this image already. Nothing is fetched. */
export async function hasImage(engine: Engine, reference: string): Promise<boolean> {
  return (await findImage(engine, reference)) !== null;
}

export type ImageFacts = Docker.ImageInspectInfo;

export async function findImage(engine: Engine, reference: string): Promise<ImageFacts | null> {
  return await askUnless(engine, `look for the image ${reference}`, [404], null, () =>
    engine.quick.getImage(reference).inspect(),
  );
}
