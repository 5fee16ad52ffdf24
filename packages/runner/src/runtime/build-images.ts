/** `vitrine images build`: the runtimes' images from the Dockerfiles of `images/`. */
import {
  ask,
  connect,
  type Engine,
  type EngineAddress,
  findImage,
} from '../executor/docker/engine.ts';
import { type EngineEvent, followProgress, makeDebianImage } from './debian-image.ts';
import { runtimeFaults } from './faults.ts';
import { imagesFolder, readPackageList } from './package-list.ts';
import { imageReference } from './runtimes.ts';

export type ImageName = 'base' | 'python' | 'jupyter' | 'r';
export const imageNames: readonly ImageName[] = ['base', 'python', 'jupyter', 'r'];

/** What each image stands on. */
const ground: Readonly<Record<ImageName, ImageName | null>> = {
  base: null,
  python: 'base',
  jupyter: 'python',
  r: 'base',
};

export type BuildProgress =
  | { readonly kind: 'started'; readonly image: string }
  | { readonly kind: 'line'; readonly image: string; readonly text: string }
  | {
      readonly kind: 'finished';
      readonly image: string;
      readonly seconds: number;
      readonly bytes: number;
    };

export interface BuildOptions {
  readonly address: EngineAddress;
  /** Empty: all of them. What a name stands on is built before it. */
  readonly names: readonly string[];
  /** Image of a registry that `base` stands on; null: one made from Debian packages. */
  readonly baseImage: string | null;
  /** Makes the Debian ground anew although there is one. */
  readonly fresh: boolean;
  readonly onProgress: (progress: BuildProgress) => void;
}

/** The name of the ground made from Debian packages. */
export const debianReference = 'vitrine/debian:bookworm';

/**
 * Builds images and gives their references. Steps that changed nothing come from the engine's cache. Throws
 * `image-name-unknown`, `image-tool-missing`, `image-build-failed` and the engine's own faults.
 */
export async function buildImages(options: BuildOptions): Promise<readonly string[]> {
  const names = inOrder(options.names);
  const engine = connect(options.address);
  const root = options.baseImage ?? debianReference;
  if (options.baseImage === null && (options.fresh || (await findImage(engine, root)) === null)) {
    await timed(engine, root, options, async (onLine) => {
      await makeDebianImage(
        engine,
        {
          reference: root,
          packages: await readPackageList('base'),
          variant: 'minbase',
          labels: { 'vitrine.image': 'debian' },
        },
        onLine,
      );
    });
  }
  for (const name of names) {
    const below = ground[name];
    const base = below === null ? root : imageReference(below);
    await timed(engine, imageReference(name), options, (onLine) =>
      build(engine, name, base, onLine),
    );
  }
  return names.map(imageReference);
}

/** The images asked for and all that they stand on, each after its ground. */
export function inOrder(names: readonly string[]): readonly ImageName[] {
  const wanted = new Set<ImageName>();
  for (const name of names.length === 0 ? imageNames : names) {
    let next: ImageName | null = checked(name);
    while (next !== null) {
      wanted.add(next);
      next = ground[next];
    }
  }
  return imageNames.filter((name) => wanted.has(name));
}

function checked(name: string): ImageName {
  const found = imageNames.find((known) => known === name);
  if (found === undefined)
    throw runtimeFaults.error('image-name-unknown', { name, known: imageNames });
  return found;
}

async function timed(
  engine: Engine,
  image: string,
  { onProgress }: BuildOptions,
  work: (onLine: (text: string) => void) => Promise<void>,
): Promise<void> {
  const started = performance.now();
  onProgress({ kind: 'started', image });
  await work((text) => onProgress({ kind: 'line', image, text }));
  const facts = await findImage(engine, image);
  const seconds = (performance.now() - started) / 1000;
  onProgress({ kind: 'finished', image, seconds, bytes: facts?.Size ?? 0 });
}

/** Environment of this machine that its package tools need to reach their servers. */
const reach = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'PIP_INDEX_URL',
];

async function build(
  engine: Engine,
  name: ImageName,
  base: string,
  onLine: (text: string) => void,
): Promise<void> {
  const image = imageReference(name);
  const response = await ask(engine, `build ${image}`, () =>
    engine.patient.buildImage(
      { context: imagesFolder, src: [...imageNames] },
      {
        t: image,
        dockerfile: `${name}/Dockerfile`,
        buildargs: {
          BASE: base,
          ...Object.fromEntries(
            reach.flatMap((key) => {
              const value = process.env[key];
              return value === undefined ? [] : [[key, value]];
            }),
          ),
        },
        // Package servers are reached as this machine reaches them, also where the engine has no bridge.
        networkmode: 'host',
        rm: true,
        forcerm: true,
      },
    ),
  );
  const onEvent = (event: EngineEvent): void => {
    for (const line of (event.stream ?? event.status ?? '').split('\n')) {
      if (line.trim() !== '') onLine(line.trimEnd());
    }
  };
  const failed = (await followProgress(engine, response, onEvent)).find(
    (event) => event.error !== undefined,
  );
  if (failed?.error !== undefined) {
    throw runtimeFaults.error('image-build-failed', { image, reason: failed.error });
  }
}
