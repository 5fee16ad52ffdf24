import { defineFaults, type Faults } from '@vitrine/pipeline';

const kinds = {
  'sandbox-unavailable': {
    blame: 'platform',
    summary: 'The sandbox cannot be made on this machine.',
    message: ({ reason }: { reason: string }) => `The sandbox cannot run here: ${reason}`,
    hint: () =>
      'Install bubblewrap and Python 3 (on Debian: apt-get install bubblewrap python3) and allow unprivileged user namespaces, or choose the docker executor.',
  },
  'sandbox-failed': {
    blame: 'platform',
    summary: 'The sandbox of one job could not be set up, so its program never began.',
    message: ({ id, reason }: { id: string; reason: string }) =>
      `The sandbox of job ${id} could not be set up: ${reason}`,
    hint: () => 'Run `vitrine doctor` to see what this machine allows.',
  },
  'executor-state-unwritable': {
    blame: 'platform',
    summary: 'The folder where an executor keeps its jobs cannot be written.',
    message: ({ folder, reason }: { folder: string; reason: string }) =>
      `The executor cannot keep its jobs in ${folder}: ${reason}`,
    hint: () => 'Configure a state folder on a local disk that this user may write.',
  },
  'execution-record-unreadable': {
    blame: 'platform',
    summary: 'The record of how a job ended cannot be read.',
    message: ({ id, folder }: { id: string; folder: string }) =>
      `Job ${id} is over, but its record in ${folder} cannot be read.`,
    hint: () => 'Look at the disk under that folder, then run the action again.',
  },
  'execution-id-invalid': {
    blame: 'usage',
    summary: 'A job id has characters that an executor does not accept.',
    message: ({ id }: { id: string }) => `${JSON.stringify(id)} cannot be the id of a job.`,
    hint: () => 'Use 1 to 64 letters, digits, "_" and "-", beginning with a letter or a digit.',
  },
  'execution-spec-invalid': {
    blame: 'usage',
    summary: 'What an executor was asked to run is malformed.',
    message: ({ id, reason }: { id: string; reason: string }) =>
      `Job ${id} cannot be started: ${reason}.`,
    hint: () => 'Correct the request; nothing was started.',
  },
  'mount-source-missing': {
    blame: 'platform',
    summary: 'A file or folder that a job should see is not there.',
    message: ({ id, source }: { id: string; source: string }) =>
      `Job ${id} needs ${source}, which is not there or cannot be read.`,
    hint: () => 'Check that the folder exists and that this user may read it.',
  },
} as const;

/** Faults that an executor, or the recorder that runs on one, can report. */
export const executorFaults: Faults<typeof kinds> = defineFaults(kinds);
