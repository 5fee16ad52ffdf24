/** Reading our own JSON records, checked. */
import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { hasCode } from '../system-error.ts';
import { workspaceFaults } from './faults.ts';

/**
 * @returns the record, or null when there is no such file
 * @throws FaultError manifest-unreadable when it is not JSON or not of this shape
 */
export async function readRecord<T>(file: string, schema: z.ZodType<T>): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw workspaceFaults.error('manifest-unreadable', { file, reason: 'it is not JSON' });
  }
  return checkRecord(file, value, schema);
}

/** @throws FaultError manifest-unreadable */
export function checkRecord<T>(file: string, value: unknown, schema: z.ZodType<T>): T {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const reason = `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'wrong shape'}`;
  throw workspaceFaults.error('manifest-unreadable', { file, reason });
}

/** JSON as we write it: indented, one line end at the end. */
export function formatRecord(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
