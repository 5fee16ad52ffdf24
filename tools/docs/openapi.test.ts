import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openApiPath, renderOpenApi } from './openapi.ts';

test('docs/openapi.json is what the schemas say (mend it with: npm run docs)', () => {
  expect(readFileSync(openApiPath, 'utf8')).toBe(renderOpenApi());
});
