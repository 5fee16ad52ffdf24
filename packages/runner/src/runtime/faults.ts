/** The faults of runtimes, their images and the configuration. */
import { defineFaults, type Faults } from '@vitrine/pipeline';

const kinds = {
  'runtime-unknown': {
    blame: 'user',
    summary: 'The run line starts with a name that is no runtime.',
    message: (v: { name: string; known: readonly string[] }) =>
      `There is no runtime ${v.name}; there are ${v.known.join(', ')}.`,
    hint: () =>
      'Correct the name before the colon, or, for a reusable action, add its organisation or folder to the setting actions.sources.',
  },
  'runtime-not-configured': {
    blame: 'platform',
    summary: 'The runtime is known, but nothing on this machine stands for it.',
    message: (v: { name: string }) => `The runtime ${v.name} is not set up here.`,
    hint: (v: { name: string }) =>
      `Name an image that you may use in the setting runtimes.${v.name}.image of vitrine.json, and run with Docker.`,
  },
  'executor-missing': {
    blame: 'platform',
    summary: 'Neither a Docker engine nor the sandbox can run the runtime here.',
    message: (v: { name: string; reasons: readonly string[] }) =>
      `Nothing on this machine can run ${v.name}: ${v.reasons.join('; ')}.`,
    hint: (v: { remedies: readonly string[] }): string => v.remedies.join(' Or: '),
  },
  'runtime-missing': {
    blame: 'platform',
    summary: 'The machine lacks programs that the runtime cannot do without in the sandbox.',
    message: (v: { name: string; missing: readonly string[] }) =>
      `The runtime ${v.name} cannot run in the sandbox here: ${v.missing.join(', ')} missing.`,
    hint: (v: { install: string }) => `Install what is missing: ${v.install}`,
  },
  'runtime-incomplete': {
    blame: 'platform',
    severity: 'warning',
    summary: 'The machine lacks packages that some scripts of the runtime use.',
    message: (v: { name: string; missing: readonly string[] }) =>
      `Scripts for ${v.name} that use ${v.missing.join(', ')} will fail on this machine.`,
    hint: (v: { install: string }) => `Install what is missing: ${v.install}`,
  },
  'setting-unknown': {
    blame: 'usage',
    summary: 'A configuration has a key that means nothing.',
    message: (v: { key: string; source: string }) =>
      `${v.source} sets "${v.key}", which is no setting.`,
    hint: (v: { nearest: string | null }): string =>
      v.nearest === null
        ? 'Delete it; `vitrine doctor` lists every setting.'
        : `Write "${v.nearest}" if that was meant, else delete it.`,
  },
  'setting-invalid': {
    blame: 'usage',
    summary: 'A setting has a value that it cannot have.',
    message: (v: { key: string; source: string; reason: string }) =>
      `${v.source} sets "${v.key}" wrongly: ${v.reason}.`,
    hint: (v: { expected: string }): string => `Give ${v.expected}.`,
  },
  'setting-not-for-study': {
    blame: 'usage',
    summary: 'The vitrine.json of a study sets what only the owner of a machine may set.',
    message: (v: { key: string; source: string }) =>
      `${v.source} sets "${v.key}", which a study may not.`,
    hint: (v: { environment: string }) =>
      `Set it in ~/.config/vitrine/config.json, or as ${v.environment}.`,
  },
  'configuration-unreadable': {
    blame: 'usage',
    summary: 'A configuration file is not a JSON object.',
    message: (v: { source: string; reason: string }) => `${v.source} cannot be read: ${v.reason}.`,
    hint: () => 'Correct the JSON, or move the file away to go on with the defaults.',
  },
  'image-name-unknown': {
    blame: 'usage',
    summary: 'An image was asked for that Vitrine has no recipe for.',
    message: (v: { name: string; known: readonly string[] }) =>
      `There is no recipe for an image ${v.name}; there are ${v.known.join(', ')}.`,
    hint: () => 'Leave the name out to build all of them.',
  },
  'image-tool-missing': {
    blame: 'platform',
    summary: 'The ground of the images cannot be made, as mmdebstrap is missing.',
    message: () => 'mmdebstrap, which makes an image from Debian packages, is not installed.',
    hint: () =>
      'Install it (apt-get install mmdebstrap), or name an image to stand on in the setting docker.baseImage.',
  },
  'image-build-failed': {
    blame: 'platform',
    summary: 'A step of building an image failed.',
    message: (v: { image: string; reason: string }) =>
      `The image ${v.image} could not be built: ${v.reason}.`,
    hint: () =>
      'Read the lines above; most often the package servers cannot be reached, or the disk is full. What was built so far is kept.',
  },
} as const;

export const runtimeFaults: Faults<typeof kinds> = defineFaults(kinds);
