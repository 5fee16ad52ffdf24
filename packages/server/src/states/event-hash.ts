import { createHash } from 'node:crypto';
import type { StatusCode } from '@vitrine/protocol';

/** What the hash of an event covers. */
export interface HashedEvent {
  /** Hash of the event before it; identifier of the job for the first. */
  readonly previous: string;
  readonly attempt: number;
  readonly code: StatusCode;
  readonly cause: StatusCode | null;
  readonly at: Date;
  readonly recordedAt: Date;
  readonly agent: string | null;
}

/** SHA-256, hexadecimal: no event of a job can be changed, left out or put in between without the rest not fitting (promise P6). */
export function eventHash(event: HashedEvent): string {
  const { previous, attempt, code, cause, at, recordedAt, agent } = event;
  const fields = [
    previous,
    attempt,
    code,
    cause,
    at.toISOString(),
    recordedAt.toISOString(),
    agent,
  ];
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}
