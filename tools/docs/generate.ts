import { writeFileSync } from 'node:fs';
import { allCatalogues, errorPagePath, renderErrorPage } from './error-page.ts';

writeFileSync(errorPagePath, renderErrorPage(await allCatalogues()));
