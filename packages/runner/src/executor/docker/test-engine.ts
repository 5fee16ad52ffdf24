/** The engine and the image that tests run on. `./vitrine test` makes an engine ready; nothing here is ever skipped. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeDebianImage } from '../../runtime/debian-image.ts';
import { connect, describeEngine, type EngineAddress, findImage, parseAddress } from './engine.ts';

/** Changes with the list below, so that an image of an older list is not taken for it. */
const testImage = 'vitrine/test:2';

const own = fileURLToPath(new URL('../../../../../.vitrine/docker/docker.sock', import.meta.url));

/** The engine of the tests: the one named, the project's own, or the machine's. Throws when none answers. */
export async function testEngine(): Promise<EngineAddress> {
  const named = process.env['VITRINE_DOCKER_SOCKET'];
  const path =
    named ?? [own, '/var/run/docker.sock'].find((candidate) => existsSync(candidate)) ?? own;
  const address = parseAddress(path);
  if (address === null) throw new Error(`VITRINE_DOCKER_SOCKET is no address: ${path}`);
  await describeEngine(connect(address)).catch((cause: unknown) => {
    throw new Error(
      'These tests need a Docker engine. From the root of the project: sh tools/test-docker/start.sh',
      { cause },
    );
  });
  return address;
}

/** A small image with Python, a shell and coreutils; made in about seven seconds when it is not there. */
export async function testImageOn(address: EngineAddress): Promise<string> {
  const engine = connect(address);
  if ((await findImage(engine, testImage)) === null) {
    await makeDebianImage(
      engine,
      {
        reference: testImage,
        packages: ['python3', 'dash', 'coreutils'],
        variant: 'extract',
        labels: { 'vitrine.image': 'test' },
      },
      () => undefined,
    );
  }
  return testImage;
}
