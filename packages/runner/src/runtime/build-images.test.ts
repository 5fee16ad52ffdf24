import { FaultError } from '@vitrine/pipeline';
import { describe, expect, test } from 'vitest';
import { connect, findImage } from '../executor/docker/engine.ts';
import { testEngine, testImageOn } from '../executor/docker/test-engine.ts';
import { type BuildProgress, buildImages, inOrder } from './build-images.ts';

describe('what is built, in which order', () => {
  test.each<[readonly string[], readonly string[]]>([
    [[], ['base', 'python', 'jupyter', 'r']],
    [['base'], ['base']],
    [['r'], ['base', 'r']],
    [['jupyter'], ['base', 'python', 'jupyter']],
    [
      ['jupyter', 'python'],
      ['base', 'python', 'jupyter'],
    ],
  ])('%o', (names, order) => {
    expect(inOrder(names)).toEqual(order);
  });

  test('a name without a recipe is refused', () => {
    expect(() => inOrder(['stata-mp'])).toThrow('There is no recipe for an image stata-mp');
  });
});

describe('building on a real engine', () => {
  test('the ground from Debian packages, then the base with its entry point', async () => {
    const address = await testEngine();
    const seen: BuildProgress[] = [];
    const built = await buildImages({
      address,
      names: ['base'],
      baseImage: null,
      fresh: false,
      onProgress: (progress) => seen.push(progress),
    });
    expect(built).toEqual(['vitrine/base:latest']);
    expect(seen.at(0)).toMatchObject({ kind: 'started' });
    expect(seen.at(-1)).toMatchObject({ kind: 'finished', image: 'vitrine/base:latest' });
    expect(seen.some((progress) => progress.kind === 'line')).toBe(true);
    const facts = await findImage(connect(address), 'vitrine/base:latest');
    expect(facts?.Config).toMatchObject({
      Entrypoint: ['/usr/local/bin/vitrine-entrypoint'],
      WorkingDir: '/workspace',
    });
  }, 300_000);

  test('a step that fails is a fault of the platform that names the image', async () => {
    const address = await testEngine();
    const building = buildImages({
      address,
      names: ['base'],
      // Has no package manager, so the base cannot be built on it.
      baseImage: await testImageOn(address),
      fresh: false,
      onProgress: () => undefined,
    });
    const error = await building.catch((thrown: unknown) => thrown);
    expect(error instanceof FaultError && error.diagnostics[0]).toMatchObject({
      code: 'image-build-failed',
      blame: 'platform',
    });
  }, 300_000);
});
