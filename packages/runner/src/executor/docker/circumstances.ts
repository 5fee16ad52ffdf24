/** What has to be found out before a container is made. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { ExecutionSpec } from '../executor.ts';
import type { Circumstances, UserInside } from './container.ts';
import { bytesUnder } from './disk-use.ts';
import {
  ask,
  askUnless,
  describeEngine,
  type Engine,
  type EngineReport,
  type ImageFacts,
} from './engine.ts';

const nobody = 65534;

/** Finds out about one engine; what cannot change is asked once. */
export function circumstancesOn(
  engine: Engine,
): (spec: ExecutionSpec, image: ImageFacts) => Promise<Circumstances> {
  const timeoutPaths = new Map<string, string | null>();
  let report: EngineReport | undefined;

  /** Where the image keeps `timeout`: asked once an image, of a container that is never started. */
  const timeoutPath = async (image: ImageFacts): Promise<string | null> => {
    const known = timeoutPaths.get(image.Id);
    if (known !== undefined) return known;
    const probe = await ask(engine, 'look into the image', () =>
      engine.quick.createContainer({
        Image: image.Id,
        Entrypoint: ['probe'],
        Cmd: [],
        HostConfig: { NetworkMode: 'none' },
        Labels: { 'vitrine.probe': 'true' },
      }),
    );
    try {
      for (const path of ['/usr/bin/timeout', '/bin/timeout']) {
        const found: Readable | null = await askUnless(
          engine,
          'look into the image',
          [404],
          null,
          () => probe.infoArchive({ path }),
        );
        if (found !== null) {
          // An answer that nobody reads to its end holds its connection, and with it our process, until the timeout.
          found.resume();
          timeoutPaths.set(image.Id, path);
          return path;
        }
      }
      timeoutPaths.set(image.Id, null);
      return null;
    } finally {
      await askUnless(engine, 'clear up', [404], null, () => probe.remove({ force: true }));
    }
  };

  /**
   * Never root inside: the owner of the writable folder, or nobody where that is root (who is then given the folder). On
   * a rootless engine the person outside is `keep-id` (Podman), or root of an empty user namespace (Docker).
   */
  const userFor = async (spec: ExecutionSpec): Promise<UserInside> => {
    report ??= await describeEngine(engine);
    const keepId = report.rootless && report.product === 'podman';
    const rootInside = report.rootless && report.product === 'docker';
    if (rootInside) return { uid: 0, gid: 0, keepId: false };
    const writable = spec.mounts.filter((mount) => mount.writable).map((mount) => mount.source);
    const first = writable[0];
    const owner = first === undefined ? null : await stat(first);
    const uid = owner?.uid ?? process.getuid?.() ?? nobody;
    if (uid !== 0) return { uid, gid: owner?.gid ?? process.getgid?.() ?? nobody, keepId };
    if (writable.length > 0 && process.getuid?.() === 0) {
      await promisify(execFile)('chown', ['-hR', `${nobody}:${nobody}`, '--', ...writable]);
    }
    return { uid: nobody, gid: nobody, keepId };
  };

  return async (spec, image) => ({
    imageId: image.Id,
    entrypoint: [image.Config.Entrypoint ?? []].flat(),
    timeoutPath: await timeoutPath(image),
    user: await userFor(spec),
    diskBefore: await bytesUnder(
      spec.mounts.filter((mount) => mount.writable).map((mount) => mount.source),
    ),
  });
}
