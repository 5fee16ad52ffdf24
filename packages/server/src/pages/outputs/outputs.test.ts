/** Who sees what of releases and publications, and what the pages and downloads of them hold. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../database/open-database.ts';
import { releasedFiles, releaseSomething, type Something } from '../../published.testing.ts';
import { addFilesForTest, type Released, releaseForTest } from '../../released.testing.ts';
import { openTestSite, type TestPerson, type TestSite } from '../../site.testing.ts';

const workspace = 'nhs_at_home_main';

let site: TestSite;
let made: Something;
let folder = '';

beforeAll(async () => {
  site = await openTestSite(await openDatabase({ url: null, dataDir: null }));
  await site.request();
  made = await releaseSomething(site);
  folder = mkdtempSync(join(tmpdir(), 'vitrine-outputs-'));
});
afterEach(() => expect(site.errors).toEqual([]));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await site.close();
});

const addressOf = (path: string): string =>
  path.replace(/[A-Z]{4,}/g, (name) => made[name as keyof Something] ?? name);

const get = async (path: string, as: TestPerson | null = null): Promise<Response> =>
  await site.ask(addressOf(path), as);

const textOf = async (path: string, as: TestPerson | null = null): Promise<string> =>
  await (await get(path, as)).text();

describe('who sees what', () => {
  const members: readonly TestPerson[] = ['project-collaborator', 'project-developer'];
  const viewers = [...members, 'output-checker', 'staff'] as const;
  const others: readonly (TestPerson | null)[] = [null, 'nobody', 'deployment-administrator'];
  const everybody = [...viewers, 'output-publisher', ...others] as const;

  /** Where an address is not in the row, the status is that of the last column. */
  const rows: readonly (readonly [
    path: string,
    seen: readonly (TestPerson | null)[],
    refused: number,
  ])[] = [
    [`/workspaces/${workspace}/outputs`, viewers, 403],
    [`/workspaces/${workspace}/releases`, everybody, 200],
    [`/workspaces/${workspace}/publications`, everybody, 200],
    [`/workspaces/${workspace}/publications/new`, ['project-developer'], 403],
    ['/releases/RELEASE', everybody, 200],
    ['/releases/RELEASE/files/output/table.csv', viewers, 403],
    ['/releases/RELEASE/raw/output/table.csv', viewers, 403],
    ['/releases/RELEASE/files.zip', viewers, 403],
    ['/releases/RELEASE/ro-crate.zip', viewers, 403],
    ['/releases/RELEASE/provenance.json', viewers, 403],
    ['/releases/RELEASE/prov.json', viewers, 403],
    ['/publications', everybody, 200],
    ['/publications/PUBLIC', everybody, 200],
    ['/publications/PUBLIC/files/output/table.csv', everybody, 200],
    ['/publications/PUBLIC/raw/output/table.csv', everybody, 200],
    ['/publications/PUBLIC/files.zip', everybody, 200],
    ['/publications/WITHDRAWN', everybody, 200],
    ['/publications/WITHDRAWN/files/output/notes.txt', [], 410],
    ['/publications/WITHDRAWN/raw/output/notes.txt', [], 410],
    ['/publications/WITHDRAWN/files.zip', [], 410],
    ['/publications/DRAFT', [...viewers, 'output-publisher'], 404],
    ['/publications/DRAFT/files/output/readme.md', [...viewers, 'output-publisher'], 404],
    ['/publications/DRAFT/raw/output/readme.md', [...viewers, 'output-publisher'], 404],
    ['/publications/DRAFT/files.zip', [...viewers, 'output-publisher'], 404],
    ['/publications/DISCARDED', [...viewers, 'output-publisher'], 404],
  ];

  test.each(rows)('%s', async (path, seen, refused) => {
    const wrong: string[] = [];
    for (const as of everybody) {
      const { status } = await get(path, as);
      // Who is not signed in is sent to sign in where a role would do.
      const expected = seen.includes(as) ? 200 : as === null && refused === 403 ? 303 : refused;
      if (status !== expected) wrong.push(`${as ?? 'anonymous'}: ${status}, not ${expected}`);
    }
    expect(wrong).toEqual([]);
  });

  test('what is not there looks as what may not be seen', async () => {
    const [draft, none] = await Promise.all([
      textOf('/publications/DRAFT', 'nobody'),
      textOf('/publications/aaaaaaaaaaaaaaaa', 'nobody'),
    ]);
    const withoutName = (page: string, name: string): string => page.replaceAll(name, 'NAME');
    expect(withoutName(draft, made.DRAFT)).toBe(withoutName(none, 'aaaaaaaaaaaaaaaa'));
  });

  test('of a release everybody sees that it was, and neither names nor numbers nor reviewers', async () => {
    for (const path of ['/releases/RELEASE', `/workspaces/${workspace}/releases`]) {
      const page = await textOf(path, 'nobody');
      expect(page).toContain('A project developer');
      for (const name of ['table.csv', 'Approved by', '11 files', '>11<', 'An output checker']) {
        expect(page, `${path} ${name}`).not.toContain(name);
      }
    }
    expect(await textOf('/releases/RELEASE', 'project-collaborator')).toContain('output/table.csv');
  });

  test('who approved a published file is told as a number to the public', async () => {
    const path = '/publications/PUBLIC/files/output/table.csv';
    expect(await textOf(path)).toContain('2 output checkers');
    expect(await textOf(path)).not.toContain('An output checker');
    expect(await textOf(path, 'project-collaborator')).toContain('An output checker');
  });

  test('a release of which bytes are missing is not there for anybody', async () => {
    const { identifier } = await releaseForTest(site.server.site, {
      workspace,
      files: { 'output/secret_name.csv': 'n\n1\n' },
      state: 'receiving',
    });
    for (const as of ['staff', 'project-developer', null] as const) {
      expect((await get(`/releases/${identifier}`, as)).status).toBe(404);
    }
    expect(await textOf(`/workspaces/${workspace}/outputs`, 'staff')).not.toContain('secret_name');
  });
});

describe('released outputs', () => {
  const page = async (query = ''): Promise<string> =>
    await textOf(`/workspaces/${workspace}/outputs${query}`, 'project-collaborator');
  const names = (text: string): readonly string[] =>
    [...text.matchAll(/href="\/releases\/\w+\/files\/([^"#]+)"/g)].map(([, name = '']) => name);

  test('hold the newest version of each path', async () => {
    const text = await page();
    expect(names(text)).toEqual(expect.arrayContaining(Object.keys(releasedFiles)));
    expect(text).not.toContain(`/releases/${made.OLDER}/files/`);
    expect(text).toContain('The denominator was wrong.');
  });

  test('are found by part of a name, signs of patterns included, and sorted', async () => {
    expect(names(await page('?q=TABLE'))).toContain('output/table.csv');
    expect(names(await page('?q=%25'))).toEqual([]);
    expect(names(await page('?q=generate_bp'))).toEqual(['metadata/generate_bp_timeseries.log']);
    expect(names(await page('?q=output_table'))).toEqual([]);
    expect(await page('?q=nothing+has+this')).toContain('No released file has such a name.');
    const sorted = names(await page('?sort=path'));
    expect(sorted).toEqual([...sorted].toSorted());
    const bySize = names(await page('?q=output&sort=size'));
    expect(bySize.indexOf('output/weekly.ipynb')).toBeLessThan(bySize.indexOf('output/table.csv'));
    expect(names(await page('?sort=__proto__&page=-1'))).toEqual(sorted);
  });

  test('a file tells its versions, what differs, and who approved it when', async () => {
    const path = `/releases/RELEASE/files/output/table.csv?compare=OLDER`;
    const text = await textOf(path, 'project-collaborator');
    expect(text).toContain('<del class="diff-removed">120</del>');
    expect(text).toContain('<ins class="diff-added">125</ins>');
    expect(text).toContain('An output checker</a>, <time datetime="2022-05-12T09:31:07');
    expect(text).toContain('318f6ab');
    const lines = await textOf(
      '/releases/RELEASE/files/output/notes.txt?compare=OLDER',
      'project-collaborator',
    );
    expect(lines).toContain('+the second line has changed');
  });

  test('the rows of a table stand as in the file, or sorted by a column', async () => {
    const order = async (query: string): Promise<readonly string[]> => {
      const path = `/releases/RELEASE/files/output/table.csv${query}`;
      const page = await textOf(path, 'project-collaborator');
      return [...page.matchAll(/<tr><th scope="row">(\d+)<\/th>/g)].map(([, row = '']) => row);
    };
    expect(await order('')).toEqual(['1', '2']);
    expect(await order('?sort=2')).toEqual(['1', '2']);
    expect(await order('?sort=2&order=descending')).toEqual(['2', '1']);
    for (const query of ['?sort=99', '?sort=-2', '?sort=constructor', '?sort=1e9']) {
      expect(await order(query), query).toEqual(['1', '2']);
    }
  });

  test('leads to the neighbours in the order of names', async () => {
    const text = await textOf('/releases/RELEASE/files/output/plot.svg', 'project-collaborator');
    expect(text).toMatch(/rel="prev" data-key="k" href="[^"]*\/output\/page\.html"/);
    expect(text).toMatch(/rel="next" data-key="j" href="[^"]*\/output\/readme\.md"/);
  });
});

describe('downloads', () => {
  const entries = `
import json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
print(json.dumps({i.filename: archive.read(i).decode('latin1') for i in archive.infolist()}))`;

  const unpack = async (answer: Response): Promise<Record<string, string>> => {
    const file = join(folder, 'archive.zip');
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
    return JSON.parse(execFileSync('python3', ['-c', entries, file]).toString());
  };

  test('all files of a release, and a note in place of the one that was taken back', async () => {
    const found = await unpack(await get('/releases/RELEASE/files.zip', 'project-developer'));
    const expected = Object.keys(releasedFiles).map((name) =>
      name === 'output/wrong.csv' ? `${name}.taken-back.txt` : name,
    );
    expect(Object.keys(found).toSorted()).toEqual(expected.toSorted());
    expect(found['output/table.csv']).toBe(releasedFiles['output/table.csv']);
    expect(found['output/wrong.csv.taken-back.txt']).toContain('The denominator was wrong.');
  });

  test('all files of a publication, for everybody', async () => {
    const found = await unpack(await get('/publications/PUBLIC/files.zip'));
    expect(found['output/table.csv']).toBe(releasedFiles['output/table.csv']);
    expect(Object.keys(found)).toHaveLength(4);
  });

  test('the crate of a release, its metadata and PROV', async () => {
    const found = await unpack(await get('/releases/RELEASE/ro-crate.zip', 'project-developer'));
    const root = `release-${made.RELEASE}`;
    expect(found[`${root}/data/outputs/output/table.csv`]).toBe(releasedFiles['output/table.csv']);
    const crate = await (
      await get('/releases/RELEASE/provenance.json', 'project-developer')
    ).json();
    expect(JSON.stringify(crate)).toContain('An output checker');
    const prov = await (await get('/releases/RELEASE/prov.json', 'project-developer')).json();
    expect(Object.keys(prov as object)).toContain('entity');
  });

  test('public bytes may be kept for an hour, and are not sent twice', async () => {
    const path = '/publications/PUBLIC/raw/output/table.csv';
    const first = await get(path);
    expect(await first.text()).toBe(releasedFiles['output/table.csv']);
    expect(first.headers.get('cache-control')).toBe('public, max-age=3600, immutable');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await site.ask(addressOf(path), null, { headers: { 'if-none-match': known } });
      expect([again.status, await again.text()]).toEqual([304, '']);
    }
    const head = await site.ask(addressOf(path), null, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([
      200,
      String(releasedFiles['output/table.csv']?.length),
    ]);
  });

  test('what is not public is kept nowhere', async () => {
    for (const [path, as] of [
      ['/releases/RELEASE/raw/output/table.csv', 'project-developer'],
      ['/publications/DRAFT/raw/output/readme.md', 'project-developer'],
      ['/releases/RELEASE/files.zip', 'project-developer'],
    ] as const) {
      const answer = await get(path, as);
      await answer.arrayBuffer();
      expect(answer.headers.get('cache-control'), path).toMatch(/no-store/);
    }
  });
});

describe('taking back', () => {
  const release = async (files: Readonly<Record<string, string>>): Promise<Released> =>
    await releaseForTest(site.server.site, { workspace, files });
  const raw = async ({ identifier }: Released, path: string): Promise<number> =>
    (await get(`/releases/${identifier}/raw/${path}`, 'output-checker')).status;
  const takeBack = async (
    { identifier }: Released,
    path: string,
    reason = 'Counted twice.',
  ): Promise<number> =>
    (await site.send(`/releases/${identifier}/take-back`, 'output-checker', { path, reason }))
      .status;

  test('removes bytes once no other file needs them', async () => {
    const one = await release({ 'output/a.csv': 'the same bytes', 'output/b.csv': 'others' });
    const two = await release({ 'output/c.csv': 'the same bytes' });
    expect(await takeBack(one, 'output/a.csv')).toBe(303);
    expect(await raw(one, 'output/a.csv')).toBe(410);
    expect(await raw(one, 'output/b.csv')).toBe(200);
    expect(await raw(two, 'output/c.csv')).toBe(200);
    const [{ sha256 }] = (await site.database.db
      .selectFrom('release_file')
      .select('sha256')
      .where('release_id', '=', two.id)
      .execute()) as [{ sha256: string }];
    expect(await site.server.site.releases.open(sha256)).not.toBeNull();
    expect(await takeBack(two, 'output/c.csv')).toBe(303);
    expect(await site.server.site.releases.open(sha256)).toBeNull();
  });

  test('a second time changes nothing; without a reason, or of no file, it is refused', async () => {
    const one = await release({ 'output/d.csv': 'd' });
    expect(await takeBack(one, 'output/d.csv', ' ')).toBe(422);
    expect(await takeBack(one, '../etc/passwd')).toBe(404);
    expect(await raw(one, 'output/d.csv')).toBe(200);
    expect(await takeBack(one, 'output/d.csv', 'First.')).toBe(303);
    expect(await takeBack(one, 'output/d.csv', 'Second.')).toBe(303);
    const page = await textOf(`/releases/${one.identifier}/files/output/d.csv`, 'output-checker');
    expect(page).toContain('First.');
    expect(page).not.toContain('Second.');
  });

  test('a published file goes everywhere, and its name and the reason stay', async () => {
    const one = await release({ 'output/e.csv': 'e', 'output/f.csv': 'f' });
    const prepared = await site.send(`/workspaces/${workspace}/publications`, 'project-developer', {
      title: 'Two',
      file: [...one.files.values()].map(String),
    });
    const address = prepared.headers.get('location')?.split('?')[0] ?? '';
    await site.send(`${address}/publish`, 'output-publisher');
    expect((await get(`${address}/raw/output/e.csv`)).status).toBe(200);
    await takeBack(one, 'output/e.csv');
    expect((await get(`${address}/raw/output/e.csv`)).status).toBe(410);
    expect(await textOf(address)).toContain('Counted twice.');
    expect((await get(`${address}/raw/output/f.csv`)).status).toBe(200);
  });
});

describe('publications', () => {
  test('the one who prepared it does not publish it, whatever their roles', async () => {
    const { db } = site.database;
    const row = await db
      .selectFrom('person')
      .select('id')
      .where('username', '=', 'project-developer')
      .executeTakeFirstOrThrow();
    const membership = await db
      .insertInto('membership')
      .values({
        person_id: row.id,
        role: 'output-publisher',
        scope: 'global',
        created_at: new Date(),
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const answer = await site.send(`/publications/${made.DRAFT}/publish`, 'project-developer');
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('somebody else has to publish it');
    expect(await textOf('/publications/DRAFT', 'project-developer')).not.toContain('/publish"');
    await db.deleteFrom('membership').where('id', '=', membership.id).execute();
  });

  test('files of two backends keep apart under the names of their backends', async () => {
    await site.database.db
      .insertInto('backend')
      .values({ slug: 'emis', name: 'EMIS', created_at: new Date() })
      .execute();
    const [tpp, emis] = await Promise.all(
      ['tpp', 'emis'].map(
        async (backend) =>
          await releaseForTest(site.server.site, {
            workspace,
            backend,
            files: { 'output/both.csv': `from ${backend}` },
          }),
      ),
    );
    const prepared = await site.send(`/workspaces/${workspace}/publications`, 'project-developer', {
      title: 'Both',
      file: [...(tpp?.files.values() ?? []), ...(emis?.files.values() ?? [])].map(String),
    });
    const address = prepared.headers.get('location')?.split('?')[0] ?? '';
    for (const backend of ['tpp', 'emis']) {
      const answer = await get(`${address}/raw/${backend}/output/both.csv`, 'project-developer');
      expect(await answer.text()).toBe(`from ${backend}`);
    }
    expect((await get(`${address}/raw/output/both.csv`, 'project-developer')).status).toBe(404);
  });

  test('what was ticked and typed is not lost where the form is refused', async () => {
    const id = '999999';
    const answer = await site.send(`/workspaces/${workspace}/publications`, 'project-developer', {
      title: 'A title',
      description: 'A description',
      file: id,
    });
    const page = await answer.text();
    expect(answer.status).toBe(422);
    expect(page).toContain('One of the chosen files is no released file');
    expect(page).toContain('value="A title"');
    expect(page).toContain('A description');
  });
});

test('pages of very many files ask the database as often, and hold a part of them', async () => {
  const many = await releaseForTest(site.server.site, {
    workspace,
    files: { 'output/many/first.csv': 'n\n1\n' },
  });
  const paths = [`/workspaces/${workspace}/outputs`, `/releases/${many.identifier}`];
  const look = async (): Promise<readonly number[]> => {
    const counts: number[] = [];
    for (const path of paths) {
      site.counter.count = 0;
      const answer = await get(path, 'project-collaborator');
      expect(answer.status).toBe(200);
      const links = (await answer.text()).match(/\/files\/output\/many\//g) ?? [];
      expect(links.length).toBeLessThanOrEqual(200);
      counts.push(site.counter.count);
    }
    return counts;
  };
  await look();
  const few = await look();
  await addFilesForTest(site.database.db, many.id, 10_000);
  const [outputs = 0, release = 0] = await look();
  // Alerts of the site are read anew every two seconds: one statement that has nothing to do with the page.
  expect(outputs).toBeLessThanOrEqual((few[0] ?? 0) + 1);
  expect(release).toBeLessThanOrEqual((few[1] ?? 0) + 1);
  const last = await textOf(`/releases/${many.identifier}?page=51`, 'project-collaborator');
  expect(last).toContain('table_10000.csv');
  expect(last).not.toContain('rel="next"');
});
