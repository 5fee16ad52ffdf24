import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allCatalogues, errorPagePath, renderErrorPage } from './error-page.ts';

const catalogues = await allCatalogues();

test('docs/errors.md is what the catalogues say (mend it with: npm run docs)', () => {
  expect(readFileSync(errorPagePath, 'utf8')).toBe(renderErrorPage(catalogues));
});

test('a code stands in one catalogue only', () => {
  const codes = catalogues.flatMap(({ faults }) => Object.keys(faults.kinds));
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
});

test('every code is kebab-case and every summary is a sentence', () => {
  for (const { faults } of catalogues) {
    for (const [code, kind] of Object.entries(faults.kinds)) {
      expect(code).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      expect(kind.summary, code).toMatch(/^\S.*\.$/);
    }
  }
});
