/** The shapes of names that cross the boundary. */
import { z } from 'zod';

/** 16 characters a–z2–7: ten random bytes in base 32 (job-server §3.4). */
export const identifierSchema: z.ZodType<string> = z
  .string()
  .regex(/^[a-z2-7]{16}$/, 'must be 16 characters a to z and 2 to 7');

/** A moment to the second, UTC, as in `2022-05-12T09:30:00Z`. Nothing finer crosses the boundary (promise P3). */
export const momentSchema: z.ZodType<string> = z.iso.datetime({ precision: 0 });

/** A moment as messages of the boundary have it (see `momentSchema`). */
export function wholeSecond(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}

/** Name of an agent, a backend, an organisation in an address. */
export const slugSchema: z.ZodType<string> = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'must be small letters and digits with single hyphens');

/** Name of a workspace: letters, digits, `_` and `-`. */
export const workspaceNameSchema: z.ZodType<string> = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[a-zA-Z0-9_-]+$/, 'must be letters, digits, underscores and hyphens');

/** Name of an action. What project.yaml allows in one is decided there; here only its length and that it is one word. */
export const actionNameSchema: z.ZodType<string> = z
  .string()
  .min(1)
  .max(255)
  .regex(/^\S+$/, 'must be one word');

/** A full git commit hash. */
export const commitSchema: z.ZodType<string> = z
  .string()
  .regex(/^[0-9a-f]{40}$/, 'must be a full commit hash of 40 hexadecimal digits');

export const repositorySchema: z.ZodType<string> = z.string().min(1).max(2048);

export const branchSchema: z.ZodType<string> = z.string().min(1).max(255);
