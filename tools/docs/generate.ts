import { writeFileSync } from 'node:fs';
import { disclosurePagePath, renderDisclosurePage } from './disclosure-page.ts';
import { enginePagePath, renderEnginePage } from './engine-page.ts';
import { allCatalogues, errorPagePath, renderErrorPage } from './error-page.ts';
import { openApiPath, renderOpenApi } from './openapi.ts';

writeFileSync(errorPagePath, renderErrorPage(await allCatalogues()));
writeFileSync(openApiPath, renderOpenApi());
writeFileSync(disclosurePagePath, renderDisclosurePage());
writeFileSync(enginePagePath, renderEnginePage());
