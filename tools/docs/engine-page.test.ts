import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { enginePagePath, renderEnginePage } from './engine-page.ts';

test('docs/engine.md is what the engine prints (mend it with: npm run docs)', () => {
  expect(readFileSync(enginePagePath, 'utf8')).toBe(renderEnginePage());
});
