import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultError } from '@vitrine/pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GitSourceHost } from './git-source-host.ts';

let folder: string;
let study: string;
let first: string;
let second: string;
let stray: string;
let host: GitSourceHost;

const git = (...args: string[]): string =>
  execFileSync(
    'git',
    ['-c', 'user.name=A', '-c', 'user.email=a@example.org', '-C', study, ...args],
    {
      encoding: 'utf8',
    },
  ).trim();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-source-'));
  study = join(folder, 'study');
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', study]);
  await writeFile(join(study, 'project.yaml'), 'version: "3.0"\n');
  git('add', '.');
  git('commit', '--quiet', '-m', 'first');
  first = git('rev-parse', 'HEAD');
  await writeFile(join(study, 'project.yaml'), 'version: "4.0"\n');
  await writeFile(join(study, 'large.txt'), 'x'.repeat(2000));
  git('add', '.');
  git('commit', '--quiet', '-m', 'second');
  second = git('rev-parse', 'HEAD');
  git('checkout', '--quiet', '-b', 'fork', first);
  await writeFile(join(study, 'stray.txt'), 'not on main');
  git('add', '.');
  git('commit', '--quiet', '-m', 'stray');
  stray = git('rev-parse', 'HEAD');
  git('checkout', '--quiet', 'main');
  host = new GitSourceHost({
    cacheDir: join(folder, 'cache'),
    allowFolders: true,
    fileLimit: 1000,
    diffLimit: 1000,
  });
});
afterAll(async () => await rm(folder, { recursive: true }));

async function refusal(work: Promise<unknown>): Promise<string | undefined> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof FaultError)) throw new Error(`no fault, but ${error}`);
  return error.diagnostics[0]?.code;
}

describe('a folder', () => {
  test('head of a branch', async () => {
    expect(await host.headOf(study, 'main')).toBe(second);
    expect(await refusal(host.headOf(study, 'nowhere'))).toBe('branch-unknown');
  });

  test('a file at a commit', async () => {
    expect(await host.readFile(study, first, 'project.yaml')).toBe('version: "3.0"\n');
    expect(await host.readFile(study, second, 'project.yaml')).toBe('version: "4.0"\n');
    expect(await host.readFile(study, second, 'nothing.txt')).toBeNull();
    expect(await refusal(host.readFile(study, second, 'large.txt'))).toBe('source-too-large');
    expect(await refusal(host.readFile(study, '1'.repeat(40), 'x'))).toBe('commit-unreadable');
  });

  test('P2: a commit counts only where it is on the branch', async () => {
    expect(await host.isOnBranch(study, 'main', first)).toBe(true);
    expect(await host.isOnBranch(study, 'main', stray)).toBe(false);
    expect(await host.isOnBranch(study, 'fork', stray)).toBe(true);
    expect(await host.isOnBranch(study, 'main', '1'.repeat(40))).toBe(false);
  });

  test('what changed, cut where it is long', async () => {
    expect(await host.compare(study, first, stray)).toMatchObject({ isCut: false });
    const { diff, isCut } = await host.compare(study, first, second);
    expect({ length: diff.length, isCut }).toEqual({ length: 1000, isCut: true });
  });

  test.each(['HEAD', 'main', '--help', '-rf', '0'.repeat(39), 'a b', ''])(
    'no name but a whole hash is a commit: %j',
    async (commit) => {
      expect(await refusal(host.readFile(study, commit, 'project.yaml'))).toBe('commit-malformed');
      expect(await refusal(host.isOnBranch(study, 'main', commit))).toBe('commit-malformed');
      expect(await refusal(host.compare(study, commit, second))).toBe('commit-malformed');
    },
  );

  test('only in development', async () => {
    const strict = new GitSourceHost({ cacheDir: join(folder, 'strict'), allowFolders: false });
    expect(await refusal(strict.headOf(study, 'main'))).toBe('repository-refused');
  });

  test.each([
    'file:///etc',
    'ext::sh -c true',
    'ssh://host/x',
    'http://host/x',
    '--upload-pack=x',
    'relative/folder',
    'https://user:secret@host/x',
  ])('never from %s', async (address) =>
    expect(await refusal(host.headOf(address, 'main'))).toBe('repository-refused'),
  );
});

describe('an address', () => {
  let server: Server;
  let requests = 0;
  let address: string;
  let remote: GitSourceHost;

  beforeAll(async () => {
    // What a plain web server needs to be fetched from.
    execFileSync('git', ['-C', study, 'update-server-info']);
    server = createServer((request, response) => {
      requests += 1;
      const path = (request.url ?? '').replace(/^\/study\.git/, '').replace(/\?.*/, '');
      import('node:fs/promises')
        .then(async ({ readFile }) => await readFile(join(study, '.git', path)))
        .then(
          (bytes) => response.end(bytes),
          () => response.writeHead(404).end(),
        );
    });
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/study.git`;
    remote = new GitSourceHost({
      cacheDir: join(folder, 'remote'),
      allowFolders: true,
      allowHttp: true,
    });
  });
  afterAll(() => server.close());

  test('is fetched once however many ask, and again only for what is not there', async () => {
    const heads = await Promise.all([1, 2, 3].map(() => remote.headOf(address, 'main')));
    expect(new Set(heads)).toEqual(new Set([second]));
    const before = requests;
    expect(await remote.readFile(address, first, 'project.yaml')).toBe('version: "3.0"\n');
    expect(await remote.isOnBranch(address, 'main', first)).toBe(true);
    expect(requests).toBe(before);
    expect(await remote.isOnBranch(address, 'main', stray)).toBe(false);
    expect(requests).toBeGreaterThan(before);
  });

  test('is public where git reads it without credentials; unknown where there is no answer', async () => {
    expect(await remote.isPublic(address)).toBe(true);
    expect(await remote.isPublic(study)).toBe(true);
    expect(await remote.isPublic(address.replace('/study.git', '/gone.git'))).toBe(false);
    expect(await remote.isPublic('http://127.0.0.1:1/study.git')).toBeNull();
  });

  test('that does not answer is told without credentials', async () => {
    const gone = address.replace('/study.git', '/gone.git');
    expect(await refusal(remote.headOf(gone, 'main'))).toBe('repository-unreachable');
  });
});
