/** Earlier bytes of a file that a reviewer compares the present ones with. */
import type { Airlock } from '../../airlock.ts';
import type { RequestEvent } from '../../review/event.ts';
import type { OpenRequest } from './open-request.ts';

export interface FileVersion {
  readonly kind: 'previous-turn' | 'released';
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
  readonly title: string;
}

/** The versions that there are, of other bytes than the present ones. */
export async function versionsOf(
  { db, copies }: Pick<Airlock, 'db' | 'copies'>,
  { request, events }: Pick<OpenRequest, 'request' | 'events'>,
  path: string,
): Promise<readonly FileVersion[]> {
  const hash = request.files.get(path)?.hash ?? '';
  const previous = submittedBefore(events, path, hash);
  const released = await db
    .selectFrom('released_file')
    .select('sha256')
    .where('workspace', '=', request.workspace)
    .where('path', '=', path)
    .where('request', '!=', request.id)
    .orderBy('released_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const found: readonly (Omit<FileVersion, 'size'> | null)[] = [
    previous === null
      ? null
      : { kind: 'previous-turn', hash: previous, title: 'the version of an earlier turn' },
    released === undefined || released.sha256 === hash
      ? null
      : { kind: 'released', hash: released.sha256, title: 'the version that was released last' },
  ];
  const there = await Promise.all(
    found.map(async (one) => {
      const size = one === null ? null : await copies.sizeOf(one.hash);
      return one === null || size === null ? null : { ...one, size };
    }),
  );
  return there.filter((one) => one !== null);
}

/** SHA-256 of the newest other bytes under the name that were submitted; null where there were none. */
export function submittedBefore(
  events: readonly RequestEvent[],
  path: string,
  hash: string,
): string | null {
  let present: string | null = null;
  let found: string | null = null;
  for (const event of events) {
    switch (event.kind) {
      case 'file-added':
      case 'file-updated':
        if (event.file.path === path) present = event.file.hash;
        break;
      case 'file-deleted':
        if (event.path === path) present = null;
        break;
      case 'submitted':
        if (present !== null && present !== hash) found = present;
        break;
      default:
    }
  }
  return found;
}
