/** The faults of running on a container engine. */
import { defineFaults, type Faults } from '@vitrine/pipeline';

const kinds = {
  'engine-absent': {
    blame: 'platform',
    summary: 'No container engine answers.',
    message: (v: { address: string; reason: string }) =>
      `No container engine answers at ${v.address}: ${v.reason}.`,
    hint: () =>
      'Start Docker or Podman, or name its socket in the setting docker.socket (VITRINE_DOCKER_SOCKET); without an engine, set executor to sandbox.',
  },
  'engine-forbidden': {
    blame: 'platform',
    summary: 'The container engine is there, but this user may not speak to it.',
    message: (v: { address: string }) => `You may not use the container engine at ${v.address}.`,
    hint: () =>
      'Add yourself to the group that owns the socket (usually: sudo usermod -aG docker $USER, then sign in again), or use a rootless engine.',
  },
  'engine-silent': {
    blame: 'platform',
    summary: 'The container engine took a request and did not answer it.',
    message: (v: { address: string; seconds: number }) =>
      `The container engine at ${v.address} hung up, or was silent for ${v.seconds} seconds.`,
    hint: () =>
      'See whether the machine is overloaded, or restart the engine; jobs that run are not lost.',
  },
  'engine-refused': {
    blame: 'platform',
    summary: 'The container engine refused what was asked.',
    message: (v: { task: string; reason: string }) =>
      `The container engine could not ${v.task}: ${v.reason}.`,
    hint: () =>
      "Look into the engine's own log; if it says nothing of use, report this as a fault of Vitrine.",
  },
  'image-absent': {
    blame: 'platform',
    summary: 'The image of a runtime is not on this engine; nothing is fetched during a run.',
    message: (v: { image: string }) => `The image ${v.image} is not on this container engine.`,
    hint: (v: { image: string }): string =>
      /^vitrine\/([a-z-]+)/.test(v.image)
        ? `Build it with: vitrine images build ${/^vitrine\/([a-z-]+)/.exec(v.image)?.[1] ?? ''}.`
        : `Fetch it with: docker pull ${v.image}.`,
  },
  'program-absent': {
    blame: 'user',
    summary: 'The run line names a program that its image does not have.',
    message: (v: { program: string; image: string }) =>
      `There is no program ${v.program} in the image ${v.image}.`,
    hint: () => 'Correct the first word after the image in the run line.',
  },
} as const;

export const dockerFaults: Faults<typeof kinds> = defineFaults(kinds);
