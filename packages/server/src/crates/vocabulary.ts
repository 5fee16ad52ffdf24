/** The terms that the exports speak, by the addresses that their standards give them. */
import type { JobState, RequestStatus } from '@vitrine/protocol';
import type { Entity } from './json-ld.ts';

/** RO-Crate 1.2: the version that the Five Safes profile asks for. */
export const RO_CRATE = 'https://w3id.org/ro/crate/1.2';
/** RO-Crate 1.1: the version that Workflow RO-Crate 1.0 is made on. */
export const RO_CRATE_1_1 = 'https://w3id.org/ro/crate/1.1';
const WORKFLOW_RUN_TERMS = 'https://w3id.org/ro/terms/workflow-run#';
const SAFE_HAVEN_TERMS = 'https://w3id.org/shp#';

/** With the terms for containers, which RO-Crate itself does not have. */
export const CONTEXT: readonly unknown[] = [
  `${RO_CRATE}/context`,
  {
    ContainerImage: `${WORKFLOW_RUN_TERMS}ContainerImage`,
    containerImage: `${WORKFLOW_RUN_TERMS}containerImage`,
    registry: `${WORKFLOW_RUN_TERMS}registry`,
    tag: `${WORKFLOW_RUN_TERMS}tag`,
  },
];

export const DOCKER_IMAGE: string = `${WORKFLOW_RUN_TERMS}DockerImage`;

/** Phases of the review process, as the Five Safes profile names them. */
export const PHASES: Readonly<
  Record<'checkValue' | 'validation' | 'signOff' | 'disclosure' | 'generateCheckValue', string>
> = {
  checkValue: `${SAFE_HAVEN_TERMS}CheckValue`,
  validation: `${SAFE_HAVEN_TERMS}ValidationCheck`,
  signOff: `${SAFE_HAVEN_TERMS}SignOff`,
  disclosure: `${SAFE_HAVEN_TERMS}DisclosureCheck`,
  generateCheckValue: `${SAFE_HAVEN_TERMS}GenerateCheckValue`,
};

const profile = (id: string, name: string, version: string): Entity => ({
  '@id': id,
  '@type': ['CreativeWork', 'Profile'],
  name,
  version,
});

export const FIVE_SAFES: Entity = profile(
  'https://w3id.org/5s-crate/0.4',
  'Five Safes RO-Crate profile',
  '0.4',
);

/**
 * Of the run profiles, the one that goes together with Five Safes: that one names a folder as what was run, and the workflow
 * profile a file. The file is described in the crate inside, which {@link WORKFLOW_CRATE} is about.
 */
export const PROCESS_RUN: Entity = profile(
  'https://w3id.org/ro/wfrun/process/0.5',
  'Process Run Crate',
  '0.5',
);

export const WORKFLOW_CRATE: Entity = profile(
  'https://w3id.org/workflowhub/workflow-ro-crate/1.0',
  'Workflow RO-Crate',
  '1.0',
);

export const SHA_256: Entity = {
  '@id': 'https://www.iana.org/assignments/named-information#sha-256',
  '@type': 'DefinedTerm',
  name: 'sha-256 algorithm',
};

const status = (name: string): string => `http://schema.org/${name}ActionStatus`;

export const POTENTIAL: string = status('Potential');
export const COMPLETED: string = status('Completed');
const ACTIVE = status('Active');
const FAILED = status('Failed');

/** How far an action is, as one of the four texts that the Five Safes profile allows. */
export const ACTION_STATUS: Readonly<Record<JobState | RequestStatus, string>> = {
  pending: POTENTIAL,
  running: ACTIVE,
  succeeded: COMPLETED,
  failed: FAILED,
  nothing_to_do: COMPLETED,
};
