import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runGit } from './git.ts';
import { SpareCode, type WantedCode } from './spare-code.ts';

let root: string;
let repository: string;
let ready: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vitrine-spare-'));
  repository = join(root, 'study');
  ready = join(root, 'ready');
  await mkdir(join(repository, 'output'), { recursive: true });
  await runGit(['init', '--quiet', '--initial-branch=main'], { folder: repository });
});
afterEach(() => rm(root, { recursive: true }));

async function commit(text: string): Promise<WantedCode> {
  await writeFile(join(repository, 'a.py'), text);
  await writeFile(join(repository, 'output/old.csv'), text);
  const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
  await runGit(['add', '--all'], { folder: repository });
  await runGit([...who, 'commit', '--quiet', '--message=change'], { folder: repository });
  const hash = (await runGit(['rev-parse', 'HEAD'], { folder: repository })).trim();
  return {
    code: { kind: 'commit', repository, commit: hash },
    patterns: ['output/*.csv'],
    isOutput: (path) => path.startsWith('output/'),
    limits: { bytes: 2 ** 20, files: 100 },
  };
}

test('a copy is given once, as it would have been made', async () => {
  const spares = new SpareCode(ready);
  const wanted = await commit('1');
  expect(await spares.take(wanted, join(root, 'none'))).toBeNull();
  spares.restock(wanted);
  spares.restock(wanted);
  const target = join(root, 'taken');
  const taken = await spares.take(wanted, target);
  expect(taken?.entries.map(({ path }) => path)).toEqual(['a.py']);
  expect(await readFile(join(target, 'a.py'), 'utf8')).toBe('1');
  expect(await readdir(ready)).toEqual([]);
  expect(await spares.take(wanted, join(root, 'again'))).toBeNull();
});

test('two who ask at one time do not share it', async () => {
  const spares = new SpareCode(ready);
  const wanted = await commit('1');
  spares.restock(wanted);
  const both = await Promise.all([
    spares.take(wanted, join(root, 'one')),
    spares.take(wanted, join(root, 'two')),
  ]);
  expect(both.filter((taken) => taken !== null)).toHaveLength(1);
});

test('another commit, or other outputs, are other code', async () => {
  const spares = new SpareCode(ready);
  const wanted = await commit('1');
  spares.restock(wanted);
  expect(await spares.take(await commit('2'), join(root, 'x'))).toBeNull();
  expect(await spares.take({ ...wanted, patterns: [] }, join(root, 'x'))).toBeNull();
  const folder = { kind: 'folder', path: repository } as const;
  spares.restock({ ...wanted, code: folder });
  expect(await spares.take({ ...wanted, code: folder }, join(root, 'x'))).toBeNull();
});

test('what cannot be made, or was tidied up, is made by who needs it', async () => {
  const spares = new SpareCode(ready);
  const wanted = await commit('1');
  const gone = { kind: 'commit', repository, commit: '0'.repeat(40) } as const;
  spares.restock({ ...wanted, code: gone });
  expect(await spares.take({ ...wanted, code: gone }, join(root, 'x'))).toBeNull();
  spares.restock(wanted);
  // Something stands where it should go: it stays, and the copy goes.
  await mkdir(join(root, 'full/a.py'), { recursive: true });
  expect(await spares.take(wanted, join(root, 'full'))).toBeNull();
  expect(await readdir(ready)).toEqual([]);
});

test('no more than a few commits lie ready', async () => {
  const spares = new SpareCode(ready);
  const all: WantedCode[] = [];
  for (let count = 0; count < 6; count += 1) all.push(await commit(String(count)));
  for (const wanted of all) spares.restock(wanted);
  const taken: boolean[] = [];
  for (const [index, wanted] of all.entries()) {
    taken.push((await spares.take(wanted, join(root, `taken-${index}`))) !== null);
  }
  expect(taken).toEqual([false, false, true, true, true, true]);
});
