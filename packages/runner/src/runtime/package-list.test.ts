import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { imageNames } from './build-images.ts';
import { imagesFolder, parsePackageList, readPackageList } from './package-list.ts';
import { findRuntime } from './runtimes.ts';

describe('package lists', () => {
  test.each([
    ['', []],
    ['a\n', ['a']],
    ['a  # why\n\n# only words\n  b', ['a', 'b']],
  ])('%o', (text, packages) => {
    expect(parsePackageList(text)).toEqual(packages);
  });

  test('every list names packages of Debian, each once', async () => {
    for (const entry of await readdir(imagesFolder, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const packages = await readPackageList(entry.name);
      expect(packages.length).toBeGreaterThan(0);
      expect(new Set(packages).size).toBe(packages.length);
      for (const name of packages) expect(name).toMatch(/^[a-z0-9][a-z0-9.+-]+$/);
    }
  });

  test('every Dockerfile installs the list beside it, and no other', async () => {
    for (const name of imageNames) {
      const text = await readFile(`${imagesFolder}${name}/Dockerfile`, 'utf8');
      expect(text.match(/COPY \S+packages\.txt/g)).toEqual([`COPY ${name}/packages.txt`]);
    }
  });

  test('what the sandbox needs is listed, and so is what detection asks for', async () => {
    expect(await readPackageList('sandbox')).toContain('bubblewrap');
    for (const name of ['python', 'jupyter', 'r']) {
      const runtime = findRuntime(name, 'latest', {});
      const lists = runtime?.kind === 'programs' ? (runtime.sandbox?.packageLists ?? []) : [];
      const listed = (await Promise.all(lists.map(readPackageList))).flat();
      const modules = runtime?.kind === 'programs' ? (runtime.sandbox?.modules ?? []) : [];
      for (const module of modules) expect(listed).toContain(`python3-${module}`);
    }
  });

  test('Python packages that Debian lacks are pinned exactly', async () => {
    const text = await readFile(`${imagesFolder}python/requirements.txt`, 'utf8');
    for (const line of parsePackageList(text)) expect(line).toMatch(/^[a-z0-9-]+==[0-9.]+$/);
  });
});
