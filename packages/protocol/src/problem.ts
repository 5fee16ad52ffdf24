import { z } from 'zod';

/** What is wrong with a request, as RFC 9457 (`application/problem+json`) has it. */
export interface Problem {
  /** `https://…/errors#code` or `about:blank`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Stable kebab-case code of the catalogue. */
  readonly code: string;
  readonly hint: string;
  /** Every fault, where there are several, each with the field it lies in. */
  readonly errors?:
    | readonly {
        readonly field: string;
        readonly message: string;
        readonly code?: string | undefined;
        /** What to do about this one. */
        readonly hint?: string | undefined;
      }[]
    | undefined;
}

export const problemSchema: z.ZodType<Problem> = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    code: z.string(),
    hint: z.string(),
    errors: z
      .array(
        z.strictObject({
          field: z.string(),
          message: z.string(),
          code: z.string().optional(),
          hint: z.string().optional(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' });
