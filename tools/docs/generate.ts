import { writeFileSync } from 'node:fs';
import { allCatalogues, errorPagePath, renderErrorPage } from './error-page.ts';
import { openApiPath, renderOpenApi } from './openapi.ts';

writeFileSync(errorPagePath, renderErrorPage(await allCatalogues()));
writeFileSync(openApiPath, renderOpenApi());
