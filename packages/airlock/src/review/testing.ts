/** People, files and circumstances for tests of the review. */
import { applyEvent, requestOf } from './apply.ts';
import type { Circumstances, Command, OfferedFile } from './command.ts';
import { type Answer, decide, decideCreate } from './decide.ts';
import type { RequestEvent } from './event.ts';
import type { ApprovalProof, ReleaseRequest } from './request.ts';
import type { ProjectRole, Rights, Standing } from './standing.ts';

const role = (isChecker: boolean, project?: ProjectRole, readsAll = false): Rights => ({
  isChecker,
  readsAll,
  projects: new Map(project === undefined ? [] : [['project', project]]),
});

/** `ann` is the author and a checker as well, which must never help her. */
/** Stands for what a reviewer's key signs; the core looks only whether there is one. */
export const PROOF: ApprovalProof = { grant: 'a'.repeat(16), signature: '0'.repeat(64) };

export const people: Readonly<Record<string, Rights>> = {
  ann: role(true, 'developer'),
  carl: role(true),
  cora: role(true),
  cyd: role(true, 'developer'),
  mia: role(false, 'collaborator'),
  pip: role(false, 'copilot'),
  rob: role(false, undefined, true),
  sam: role(false),
};

export const checkers: readonly string[] = ['carl', 'cora', 'cyd'];

export const NOW = 1_700_000_000_000;

export const hashOf = (text: string): string =>
  Buffer.from(text).toString('hex').padEnd(64, '0').slice(0, 64);

export function fileOf(
  path: string,
  content: string = path,
  group: string = 'default',
): OfferedFile {
  const hash = hashOf(content);
  return {
    path,
    group,
    type: 'output',
    hash,
    size: content.length,
    job: 'job',
    commit: null,
    repository: null,
    recordedHash: hash,
  };
}

export function circumstancesOf(
  request: ReleaseRequest | null,
  user: string | null,
  change: Partial<Circumstances> = {},
): Circumstances {
  const rights = user === null ? undefined : people[user];
  const standing: Standing =
    rights === undefined ? { kind: 'unconfirmed' } : { kind: 'confirmed', rights, at: NOW };
  return {
    now: NOW,
    actor: user === null ? null : { user, standing },
    isOpen: true,
    activeRequest: null,
    releasedHashes: new Set(),
    fileTypes: ['csv', 'png'],
    storedHashes: new Map([...(request?.files ?? [])].map(([path, { hash }]) => [path, hash])),
    ...change,
  };
}

/** A request and its events, moved on by commands. */
export class Review {
  events: readonly RequestEvent[];
  request: ReleaseRequest;

  constructor(files: readonly OfferedFile[] = [fileOf('a.csv')]) {
    const [first = fileOf('a.csv'), ...rest] = files;
    const command = {
      do: 'create',
      id: 'R1',
      workspace: 'workspace',
      project: 'project',
      file: first,
    } as const;
    const answer = decideCreate(command, circumstancesOf(null, 'ann'));
    if (answer.events === undefined) throw new Error(answer.refusals[0]?.message);
    this.events = answer.events;
    this.request = requestOf(this.events);
    for (const file of rest) this.must('ann', { do: 'add-file', file });
  }

  /** @param user - Null for the uploader. */
  try(
    user: string | null,
    command: DistributiveOmit<Command, 'revision'> & { readonly revision?: number },
    change: Partial<Circumstances> = {},
  ): Answer {
    const whole = { revision: this.request.revision, ...command } as Command;
    const answer = decide(this.request, whole, circumstancesOf(this.request, user, change));
    if (answer.events !== undefined) {
      this.events = [...this.events, ...answer.events];
      this.request = answer.events.reduce(applyEvent, this.request);
    }
    return answer;
  }

  /** Throws what speaks against it. */
  must(...args: Parameters<Review['try']>): void {
    const answer = this.try(...args);
    if (answer.refusals !== undefined)
      throw new Error(answer.refusals.map(({ code }) => code).join(', '));
  }

  /** Codes of what speaks against it; empty when it was done. */
  refusals(...args: Parameters<Review['try']>): readonly string[] {
    return this.try(...args).refusals?.map(({ code }) => code) ?? [];
  }

  submit(): void {
    for (const { name } of this.request.groups.values()) {
      this.must('ann', {
        do: 'edit-group',
        group: name,
        context: '100 people',
        controls: 'rounded',
      });
    }
    this.must('ann', { do: 'submit', confirmsPolicy: true });
  }

  /** Votes on all outputs and hands in; a request for changes is commented. */
  review(user: string, vote: 'approved' | 'changes-requested'): void {
    for (const { path, hash, type, group } of this.request.files.values()) {
      if (type !== 'output') continue;
      this.must(user, { do: 'vote', path, vote, hash, proof: PROOF });
      if (vote === 'changes-requested') {
        const id = `${user}-${path}-${this.events.length}`;
        this.must(user, { do: 'comment', id, group, text: 'Round it.', visibility: 'public' });
      }
    }
    this.must(user, { do: 'submit-review' });
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
