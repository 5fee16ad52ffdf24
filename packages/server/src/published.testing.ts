/** Releases with a file of every kind, and publications in every state, for tests of pages. */
import { crc32, deflateSync, gzipSync } from 'node:zlib';
import { releaseForTest } from './released.testing.ts';
import type { TestPerson, TestSite } from './site.testing.ts';

const workspace = 'nhs_at_home_main';

/** A picture of one colour. */
export function pngForTest(width = 8, height = 8): Uint8Array {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits a channel, red, green and blue.
  header.set([8, 2], 8);
  const lines = Buffer.alloc((width * 3 + 1) * height, 0x60);
  for (let line = 0; line < height; line += 1) lines[line * (width * 3 + 1)] = 0;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const table = 'week,region,n\n2022-03-01,London,100\n2022-03-08,London,120\n';

/** Files of the newer release by their paths. Nothing in them acts; what does belongs to the tests that want it to fail. */
export const releasedFiles: Readonly<Record<string, string | Uint8Array>> = {
  'output/table.csv': table.replace('120', '125'),
  'output/packed.csv.gz': gzipSync(table),
  'output/notes.txt': 'one\nthe second line has changed\n',
  'output/readme.md': '# Tables\n\nCounts by week.\n',
  'output/summary.json': '{"weeks":2,"regions":["London"]}',
  'output/page.html':
    '<!doctype html><html lang="en"><title>Tables</title><h1>Tables</h1><p>Two.</p></html>',
  'output/plot.svg':
    '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><title>A line</title><path d="M0 60L90 0" stroke="#1f4b8e"/></svg>',
  'output/heat.png': pngForTest(),
  'output/weekly.ipynb': JSON.stringify({
    metadata: { language_info: { name: 'python' } },
    cells: [
      { cell_type: 'markdown', source: '# Weekly' },
      {
        cell_type: 'code',
        source: 'plot()',
        outputs: [
          {
            output_type: 'display_data',
            data: { 'image/png': Buffer.from(pngForTest()).toString('base64') },
          },
        ],
      },
    ],
  }),
  'output/wrong.csv': 'a\n1\n',
  'metadata/generate_bp_timeseries.log': 'reading\ndone\n',
};

export interface Something {
  /** Identifiers. */
  readonly RELEASE: string;
  readonly OLDER: string;
  readonly DRAFT: string;
  readonly PUBLIC: string;
  readonly WITHDRAWN: string;
  readonly DISCARDED: string;
}

/** Made through the forms of the site, as people make it; the workspace must have had a job. */
export async function releaseSomething(site: TestSite): Promise<Something> {
  const { site: server } = site.server;
  const older = await releaseForTest(server, {
    workspace,
    at: new Date('2022-03-02T10:11:12Z'),
    files: { 'output/table.csv': table, 'output/notes.txt': 'one\ntwo\n' },
  });
  const release = await releaseForTest(server, {
    workspace,
    at: new Date('2022-05-12T09:31:07Z'),
    files: releasedFiles,
  });
  const send = async (
    path: string,
    as: TestPerson,
    fields: Readonly<Record<string, string | readonly string[]>> = {},
  ): Promise<string> => {
    const answer = await site.send(path, as, fields);
    if (answer.status !== 303) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return /^\/publications\/(\w+)/.exec(answer.headers.get('location') ?? '')?.[1] ?? '';
  };
  await send(`/releases/${release.identifier}/take-back`, 'output-checker', {
    path: 'output/wrong.csv',
    reason: 'The denominator was wrong.',
  });
  const prepare = async (title: string, ...paths: readonly string[]): Promise<string> =>
    await send(`/workspaces/${workspace}/publications`, 'project-developer', {
      title,
      description: 'Counts of seven and fewer are suppressed.\n\nAll others are rounded.',
      file: paths.map((path) => String(release.files.get(path))),
    });
  const take = async (step: string, identifier: string, reason?: string): Promise<string> => {
    await send(
      `/publications/${identifier}/${step}`,
      'output-publisher',
      reason === undefined ? {} : { reason },
    );
    return identifier;
  };
  const shown = ['output/table.csv', 'output/page.html', 'output/plot.svg', 'output/heat.png'];
  const withdrawn = await take('publish', await prepare('First results', 'output/notes.txt'));
  return {
    RELEASE: release.identifier,
    OLDER: older.identifier,
    DRAFT: await prepare('More tables', 'output/readme.md', 'output/summary.json'),
    PUBLIC: await take('publish', await prepare('Home monitoring, week by week', ...shown)),
    WITHDRAWN: await take('withdraw', withdrawn, 'A table was labelled wrongly.'),
    DISCARDED: await take('refuse', await prepare('Too early', 'output/weekly.ipynb')),
  };
}
