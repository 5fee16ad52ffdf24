/** Makes `docs/errors.md` from the catalogues, so that the page cannot drift from the code. */
import { globSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Faults } from '../../packages/pipeline/src/index.ts';

const root = join(import.meta.dirname, '../..');

/** Where the page lies. */
export const errorPagePath: string = join(root, 'docs/errors.md');

type AnyFaults = Faults<
  Parameters<typeof import('../../packages/pipeline/src/index.ts').defineFaults>[0]
>;

export interface Catalogue {
  /** Path of the file below the root. */
  readonly file: string;
  readonly faults: AnyFaults;
}

/** Every catalogue of every package: what the files named `faults.ts` export. */
export async function allCatalogues(): Promise<Catalogue[]> {
  const files = globSync('packages/*/src/**/faults.ts', { cwd: root }).toSorted();
  const found = await Promise.all(
    files.map(async (file) => {
      const exported: Record<string, unknown> = await import(join(root, file));
      return Object.values(exported)
        .filter(
          (value): value is AnyFaults =>
            typeof value === 'object' && value !== null && 'kinds' in value,
        )
        .map((faults) => ({ file: relative(root, join(root, file)), faults }));
    }),
  );
  return found.flat();
}

const blameWords = {
  user: 'the study or the request',
  data: 'the data',
  usage: 'the command line',
  platform: 'Vitrine or this machine',
} as const;

/** The page as Markdown. */
export function renderErrorPage(catalogues: readonly Catalogue[]): string {
  const sections = catalogues.map(({ file, faults }) => {
    const rows = Object.entries(faults.kinds)
      .toSorted(([left], [right]) => left.localeCompare(right))
      .map(([code, kind]) => `| \`${code}\` | ${kind.summary} | ${blameWords[kind.blame]} |`);
    const [, name, , folder] = file.split('/');
    const title = folder === 'faults.ts' ? name : `${name}: ${folder}`;
    return [
      `## ${title}`,
      '',
      '| code | meaning | at fault |',
      '| --- | --- | --- |',
      ...rows,
      '',
    ].join('\n');
  });
  return [
    '# What can go wrong',
    '',
    'Every fault that Vitrine reports, by its code. Made from the catalogues (`faults.ts`) by `npm run docs`; do not edit.',
    'Exit codes: 1 when the study, the request or the data is at fault, 2 for wrong usage, 3 when the platform is.',
    '',
    ...sections,
  ].join('\n');
}
