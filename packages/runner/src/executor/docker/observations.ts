/**
 * What was seen of an execution and what the engine forgets: its peak use and the limit that it met. A file per
 * execution, so that the next process knows what the last one saw. Losing it loses these figures and nothing else.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { LimitName } from '../executor.ts';

/** What is known of one execution. */
export interface Observation {
  readonly peakMemoryBytes: number | null;
  readonly cpuSeconds: number | null;
  /** The limit that Vitrine itself ended it for, or that it was seen at. */
  readonly limit: LimitName | null;
  /** True once the end was looked at; nothing changes after. */
  readonly settled: boolean;
}

const observationSchema: z.ZodType<Observation> = z.object({
  peakMemoryBytes: z.number().nullable(),
  cpuSeconds: z.number().nullable(),
  limit: z.enum(['time', 'memory', 'processes', 'disk', 'log']).nullable(),
  settled: z.boolean(),
});

const nothingSeen: Observation = {
  peakMemoryBytes: null,
  cpuSeconds: null,
  limit: null,
  settled: false,
};

export interface Observations {
  read(id: string): Promise<Observation>;
  /** Keeps the greater of the figures, and the first limit. */
  add(id: string, seen: Partial<Observation>): Promise<Observation>;
  forget(id: string): Promise<void>;
}

/** Observations in the folder `folder`. */
export function observationsIn(folder: string): Observations {
  const fileOf = (id: string): string => join(folder, `${id}.json`);
  const read = async (id: string): Promise<Observation> => {
    const text = await readFile(fileOf(id), 'utf8').catch(() => '');
    if (text === '') return nothingSeen;
    const parsed = observationSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : nothingSeen;
  };
  return {
    read,
    add: async (id, seen) => {
      const before = await read(id);
      const after: Observation = {
        peakMemoryBytes: greater(before.peakMemoryBytes, seen.peakMemoryBytes),
        cpuSeconds: greater(before.cpuSeconds, seen.cpuSeconds),
        // What ended it counts for more than what it met on the way.
        limit:
          before.limit === 'processes'
            ? (seen.limit ?? 'processes')
            : (before.limit ?? seen.limit ?? null),
        settled: before.settled || seen.settled === true,
      };
      const file = fileOf(id);
      await mkdir(dirname(file), { recursive: true });
      const fresh = `${file}.${randomUUID()}`;
      await writeFile(fresh, JSON.stringify(after));
      await rename(fresh, file);
      return after;
    },
    forget: async (id) => await rm(fileOf(id), { force: true }),
  };
}

function greater(before: number | null, now: number | null | undefined): number | null {
  if (now === null || now === undefined) return before;
  return before === null ? now : Math.max(before, now);
}
