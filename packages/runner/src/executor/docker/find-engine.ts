/** What a container engine has to say when an executor is chosen. */
import { FaultError } from '@vitrine/pipeline';
import type { Finding } from '../choose-executor.ts';
import { addressText, connect, describeEngine, type EngineAddress, hasImage } from './engine.ts';
import { dockerFaults } from './faults.ts';

/** Whether an engine answers at this address. Never throws a fault of the engine: it is the finding. */
export async function findEngine(address: EngineAddress): Promise<Finding> {
  try {
    const { product, version, weaknesses } = await describeEngine(connect(address));
    const name = product === 'podman' ? 'Podman' : 'Docker';
    const words = `${name} ${version} answers at ${addressText(address)}`;
    return { usable: true, words: [words, ...weaknesses].join('; ') };
  } catch (error) {
    return unusable(error);
  }
}

/** Whether the engine has the image of a runtime. */
export async function findRuntimeImage(address: EngineAddress, image: string): Promise<Finding> {
  try {
    if (await hasImage(connect(address), image)) {
      return { usable: true, words: `the image ${image} is there` };
    }
    return unusable(dockerFaults.error('image-absent', { image }));
  } catch (error) {
    return unusable(error);
  }
}

function unusable(error: unknown): Finding {
  const fault = error instanceof FaultError ? error.diagnostics[0] : undefined;
  if (fault === undefined) throw error;
  return { usable: false, words: fault.message, remedy: fault.hint };
}
