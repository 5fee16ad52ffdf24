/** Makes `docs/openapi.json` from the schemas of the messages, so that the document cannot drift from the code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from '../../packages/protocol/src/index.ts';

const root = join(import.meta.dirname, '../..');

/** Where the document lies. */
export const openApiPath: string = join(root, 'docs/openapi.json');

/** The document as text. */
export function renderOpenApi(): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return `${JSON.stringify(openApiDocument(version), null, 2)}\n`;
}
