import { httpFaults } from '@vitrine/platform';
import type { Call } from './route.ts';

/**
 * What stands behind the first parts of an address, as the path of a file, each part decoded once.
 * @param parts how many belong to the page: three for `/workspaces/NAME/files/…`
 * @throws FaultError page-unknown
 */
export function filePathOf({ http }: Call, parts: number): string {
  const { pathname } = new URL(http.req.url);
  const file = pathname.split('/').slice(parts + 1);
  try {
    return file.map(decodeURIComponent).join('/');
  } catch {
    // A per cent sign that stands for nothing.
    throw httpFaults.error('page-unknown', { path: pathname });
  }
}
