import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/**
 * Which packages a package may import, ground floor first (ARCHITECTURE.md). The control plane (`server`) never imports
 * what runs user code; what runs inside the secure environment never imports the server.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  pipeline: [],
  disclosure: ['pipeline'],
  cohort: ['pipeline'],
  protocol: ['pipeline'],
  web: [],
  platform: ['pipeline', 'protocol', 'web'],
  runner: ['pipeline', 'disclosure', 'cohort'],
  server: ['pipeline', 'protocol', 'web', 'platform'],
  agent: ['pipeline', 'disclosure', 'protocol', 'runner', 'cohort'],
  airlock: ['pipeline', 'disclosure', 'protocol', 'web', 'platform', 'runner'],
  cli: [
    'pipeline',
    'disclosure',
    'cohort',
    'protocol',
    'web',
    'platform',
    'runner',
    'server',
    'agent',
    'airlock',
  ],
};

const order = Object.keys(mayImport);
const packages = readdirSync(join(root, 'packages'));

/** Every module specifier that a TypeScript file imports, re-exports or loads. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const statements = text.matchAll(
    /^(?:import\b(?:[^;'"]*?\bfrom)?|export\b[^;'"=(]*?\bfrom)\s+'([^']+)'/gm,
  );
  const calls = text.matchAll(/\bimport\('([^']+)'\)/g);
  return [...statements, ...calls].map(([, specifier]) => specifier ?? '');
}

function sourcesOf(name: string): string[] {
  return readdirSync(join(root, 'packages', name, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(root, 'packages', name, 'src', path));
}

test('the table itself is in order: a package imports only what stands above it', () => {
  for (const [name, allowed] of Object.entries(mayImport)) {
    for (const other of allowed) {
      expect(order.indexOf(other), `${name} may import ${other}`).toBeLessThan(order.indexOf(name));
    }
  }
});

test.each(packages)('%s imports only the packages that its row allows', (name) => {
  const allowed = mayImport[name];
  expect(allowed, `packages/${name} has no row in the table of packages`).toBeDefined();
  const imported = sourcesOf(name).flatMap((file) =>
    importsOf(file)
      .filter((specifier) => specifier.startsWith('@vitrine/'))
      .map((specifier) => ({ file, specifier })),
  );
  const wrong = imported.filter(({ file, specifier }) => {
    const other = specifier.slice('@vitrine/'.length);
    // Only the front door of a package may be used, never a file inside it; tests also use what a package has for tests.
    const isForTests = /\.(?:test|testing)\.ts$/.test(file) && other === 'platform/testing';
    return !isForTests && (other.includes('/') || (other !== name && !allowed?.includes(other)));
  });
  expect(wrong).toEqual([]);
});

test.each(packages)('%s reaches no other package by a relative path', (name) => {
  const folder = join(root, 'packages', name);
  const wrong = sourcesOf(name).flatMap((file) =>
    importsOf(file).filter(
      (specifier) => specifier.startsWith('.') && !join(file, '..', specifier).startsWith(folder),
    ),
  );
  expect(wrong).toEqual([]);
});

test.each(packages)('%s declares what it imports, at an exact version', (name) => {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
  const declared: Record<string, string> = {
    ...manifest.dependencies,
    ...manifest.devDependencies,
  };
  const rootManifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const shared = Object.keys(rootManifest.devDependencies);
  const imported = sourcesOf(name)
    .flatMap(importsOf)
    .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
  const undeclared = imported.filter(
    (specifier) => !(specifier in declared) && !shared.includes(specifier),
  );
  expect([...new Set(undeclared)]).toEqual([]);
  expect(
    Object.values(declared).filter((version) => !/^\d+\.\d+\.\d+([-.].*)?$/.test(version)),
  ).toEqual([]);
});
