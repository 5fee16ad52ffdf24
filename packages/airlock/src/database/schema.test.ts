import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { declaredColumns, existingColumns } from '@vitrine/platform/testing';
import { expect, test } from 'vitest';
import { openAirlockDatabase } from './database.ts';

test('the interfaces of the tables are what the migrations make', async () => {
  const database = await openAirlockDatabase({ url: null, dataDir: null });
  const existing = await existingColumns(database.db);
  await database.close();
  existing.delete('audit_event');
  const text = readFileSync(join(import.meta.dirname, 'schema.ts'), 'utf8');
  expect(existing).toEqual(declaredColumns(text));
});
