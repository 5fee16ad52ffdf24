import type { FaultError } from '@vitrine/pipeline';
import type { Context } from 'hono';
import type { z } from 'zod';
import { httpFaults } from './faults.ts';

/** Most that a form may hold: 5,000 actions with long names. */
export const FORM_LIMIT: number = 2 * 1024 * 1024;
/** Most that a JSON message may hold. */
export const JSON_LIMIT: number = 2 * 1024 * 1024;

/**
 * Reads and checks a JSON body.
 * @param limit most bytes that it may have
 */
export async function readJson<T>(
  http: Context,
  schema: z.ZodType<T>,
  limit: number = JSON_LIMIT,
): Promise<T> {
  expectType(http, 'application/json');
  const text = await readText(http, limit);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw httpFaults.error('body-not-json', {});
  }
  // PostgreSQL cannot store the zero character, and no field of ours needs it.
  if (escapedZero.test(text)) {
    throw httpFaults.error('body-invalid', {
      problems: ['the whole: must not hold the character 0'],
    });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalid(parsed.error);
  return parsed.data;
}

/** The zero character as JSON writes it; behind an odd number of backslashes the `u` is only a letter. */
const escapedZero = /(?<!\\)(?:\\\\)*\\u0000/;

/** The fields of a form. Fields that come once and several times look the same. */
export class FormFields {
  readonly #fields: URLSearchParams;

  constructor(fields: URLSearchParams) {
    // PostgreSQL cannot store the zero character, and no field of ours needs it.
    this.#fields = new URLSearchParams(
      [...fields].map(([name, text]): [string, string] => [name, text.replaceAll('\0', '')]),
    );
  }

  /** The text of a field, without white space around it; empty where it is missing. */
  text(name: string): string {
    return (this.#fields.get(name) ?? '').trim();
  }

  all(name: string): readonly string[] {
    return this.#fields.getAll(name);
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }
}

/** Reads a form. Nothing in it has been judged yet but its size and encoding. */
export async function readForm(http: Context): Promise<FormFields> {
  expectType(http, 'application/x-www-form-urlencoded');
  return new FormFields(new URLSearchParams(await readText(http, FORM_LIMIT)));
}

export function invalid(error: z.ZodError): FaultError {
  const problems = error.issues
    .slice(0, 20)
    .map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`);
  return httpFaults.error('body-invalid', { problems });
}

function expectType(http: Context, expected: string): void {
  const given = (http.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (given !== expected) throw httpFaults.error('body-type-refused', { given, expected });
}

/** Reads the body as UTF-8, and stops as soon as it is too long. */
async function readText(http: Context, limit: number): Promise<string> {
  const tooLarge = (): FaultError => httpFaults.error('body-too-large', { limit });
  if (Number(http.req.header('content-length') ?? 0) > limit) throw tooLarge();
  const body = http.req.raw.body;
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return new TextDecoder('utf-8').decode(Buffer.concat(chunks));
}
