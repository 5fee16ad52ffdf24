import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { disclosurePagePath, renderDisclosurePage } from './disclosure-page.ts';

test('docs/disclosure.md is what rules, settings and corpus say (mend it with: npm run docs)', () => {
  expect(readFileSync(disclosurePagePath, 'utf8')).toBe(renderDisclosurePage());
});
