/** The pages of single outputs, of logs and of code. */
import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TestAirlock, type TestOutput } from '../../site.testing.ts';

let site: TestAirlock;
let cookie = '';
beforeAll(async () => {
  site = await TestAirlock.open();
  cookie = await site.signIn('ann');
});
beforeEach(async () => {
  for (const table of ['upload', 'news', 'released_file', 'release_request'] as const) {
    await site.database.db.deleteFrom(table).execute();
  }
});
afterAll(async () => await site[Symbol.asyncDispose]());

const at = '/workspaces/bp-trends';

async function shown(path: string, query = ''): Promise<string> {
  const answer = await site.get(`${at}/files/${path}${query}`, cookie);
  expect(answer.status).toBe(200);
  return await answer.text();
}

async function send(path: string, fields: Readonly<Record<string, string>>): Promise<number> {
  const page = await (await site.get(at, cookie)).text();
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const answer = await fetch(`${site.running.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie },
    body: new URLSearchParams({ csrf, ...fields }),
  });
  return answer.status;
}

const finding = {
  rule: 'small-count',
  severity: 'error',
  place: { row: 2, column: 'n', cell: 'B3' },
  message: 'A count of 3 people.',
  remedy: 'Redact it.',
};

/** A picture of one white point. */
function png(): Uint8Array {
  const chunk = (name: string, data: Uint8Array): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(name), data, Buffer.alloc(4)]);
  };
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from([0, 255]))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('what a file holds', () => {
  test.each<readonly [string, TestOutput, readonly string[]]>([
    [
      'output/a.csv',
      { text: 'g,n\na,10\nb,5\n' },
      ['2 rows, 2 columns', 'What is in the columns', '5 to 10'],
    ],
    ['output/formula.csv', { text: 'g,n\n"=HYPERLINK(1)",5\n' }, ['<td>=HYPERLINK(1)</td>']],
    ['output/ragged.csv', { text: 'a,b\n1\n1,2,3\n' }, ['2 rows, 2 columns']],
    ['output/open.csv', { text: 'a\n"1' }, ['never closed']],
    ['output/empty.csv', { text: '' }, ['The file is empty.']],
    [
      'output/binary.csv',
      { text: Uint8Array.from([1, 0, 2]) },
      ['not the text that its name says'],
    ],
    ['output/a.csv.gz', { text: gzipSync('g,n\na,10\n') }, ['1 row, 2 columns']],
    ['output/a.png', { text: png() }, [`<img src="${at}/shown/workspace/output/a.png"`]],
    ['output/fake.png', { text: '<script>alert(1)</script>' }, ['not the picture']],
    [
      'output/a.html',
      { text: '<p>Hello</p>' },
      [`<iframe class="viewer-document" src="${at}/shown/workspace/output/a.html"`, ' sandbox '],
    ],
    ['output/a.svg', { text: '<svg/>' }, ['<iframe']],
    ['output/a.json', { text: '{"n":5}' }, ['&quot;n&quot;']],
    ['output/a.md', { text: '# Title\n<b>x</b>' }, ['&lt;b&gt;']],
    ['output/a.txt', { text: 'plain' }, ['plain']],
    [
      'output/a.ipynb',
      { text: JSON.stringify({ cells: [{ cell_type: 'code', source: 'x = 1', outputs: [] }] }) },
      ['notebook-cell'],
    ],
    ['output/a.feather', { text: 'x' }, ['cannot show a preview']],
    ['output/100%25 & more.csv', { text: 'n\n5\n' }, ['1 row, 1 column']],
  ])('%s', async (path, output, words) => {
    await site.write({ [path]: output });
    const page = await shown(path.split('/').map(encodeURIComponent).join('/'));
    for (const text of words) expect(page).toContain(text);
    expect(page).not.toContain('Download');
  });

  test('the end of a log comes first, and all of it when asked', async () => {
    await site.write({
      'output/run.log': { text: `first\n${'middle\n'.repeat(5000)}\u001b[31mlast\u001b[0m\n` },
    });
    const end = await shown('output/run.log');
    expect(end).toContain('last');
    expect(end).not.toContain('[31m');
    expect(end).toMatch(/from line \d+; [\d,]+ are left out\./);
    expect(end).not.toContain('>first');
    expect(await shown('output/run.log', '?whole=yes')).toContain('>first');
  });

  test('findings are marked in their cells, and told with their remedies', async () => {
    const disclosure = { passes: false, counts: { 'small-count': 1 }, findings: [finding] };
    await site.write({ 'output/a.csv': { text: 'g,n\na,10\nb,3\n', record: { disclosure } } });
    const page = await shown('output/a.csv');
    expect(page).toContain('<td class="marked tone-danger">3<span class="mark-text" id="mark-1"');
    expect(page).toContain('A count of 3 people.');
    expect(page).toContain('Merge sparse categories');
  });

  test('rows are sorted by the column that is asked for, and by none that is not there', async () => {
    await site.write({ 'output/a.csv': { text: 'g,n\na,10\nb,9\n' } });
    const page = await shown('output/a.csv', '?sort=1&order=ascending');
    expect(page.indexOf('<td>b</td>')).toBeLessThan(page.indexOf('<td>a</td>'));
    for (const query of ['?sort=99', '?sort=-1', '?sort=x&order=y']) {
      expect(await shown('output/a.csv', query)).toContain('2 rows, 2 columns');
    }
  });

  test('of a file that was refused the reason is told, and nothing else', async () => {
    const record = { excluded: true, message: 'The file has a patient_id column.' };
    await site.write({ 'output/rows.csv': { text: 'secret rows', record } });
    const page = await shown('output/rows.csv.txt');
    expect(page).toContain('The file has a patient_id column.');
    expect(page).not.toContain('secret rows');
    expect((await site.get(`${at}/files/output/rows.csv`, cookie)).status).toBe(404);
  });
});

describe('other versions', () => {
  const before = 'g,n\na,10\nb,20\n';
  const after = 'g,n\na,15\nb,20\n';

  test('the copy in the request is compared, and brought up to date', async () => {
    await site.write({ 'output/a.csv': { text: before } });
    expect(await send(`${at}/add`, { file: 'output/a.csv', group: 'default' })).toBe(303);
    expect(await shown('output/a.csv')).toContain('These very bytes are in');
    await site.write({ 'output/a.csv': { text: after } });
    const page = await shown('output/a.csv');
    expect(page).toContain('Compared with the copy in your release request');
    expect(page).toContain('<del class="diff-removed">10</del> <ins class="diff-added">15</ins>');
    expect(await send(`${at}/update`, { path: 'output/a.csv' })).toBe(303);
    expect(await shown('output/a.csv')).not.toContain('Compared with');
  });

  test('what was released last is compared, also as a picture', async () => {
    await site.write({ 'output/a.csv': { text: before }, 'output/a.png': { text: png() } });
    expect(await send(`${at}/add`, { folder: 'output', group: 'default' })).toBe(303);
    const { db, requests } = site.running.airlock;
    const { identifier } = await db
      .selectFrom('release_request')
      .select('identifier')
      .executeTakeFirstOrThrow();
    const files = [...((await requests.read(identifier))?.request.files.values() ?? [])];
    await db
      .insertInto('released_file')
      .values(
        files.map(({ path, hash }) => ({
          workspace: 'bp-trends',
          path,
          sha256: hash,
          request: identifier,
          released_at: new Date(),
        })),
      )
      .execute();
    await db.updateTable('release_request').set({ status: 'released' }).execute();
    expect(await shown('output/a.csv')).toContain('Released');
    await site.write({
      'output/a.csv': { text: after },
      'output/a.png': { text: Buffer.concat([png(), Buffer.from('x')]) },
    });
    const page = await shown('output/a.csv');
    expect(page).toContain('Compared with the version that was released last');
    expect(page).toContain('<ins class="diff-added">15</ins>');
    expect(await shown('output/a.png')).toContain(`${at}/shown/released/output/a.png`);
  });
});

describe('the code that made a file', () => {
  let commit = '';
  let repository = '';
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', ...args], {
      cwd: repository,
      encoding: 'utf8',
    }).trim();

  beforeAll(async () => {
    repository = join(site.folder, 'study');
    await mkdir(join(repository, 'analysis'), { recursive: true });
    git('init', '--quiet', '--initial-branch', 'main');
    await writeFile(join(repository, 'project.yaml'), 'version: "4.0"\n');
    await writeFile(join(repository, 'analysis', 'model.py'), 'print("<b>hello</b>")\n');
    await writeFile(join(repository, 'analysis', 'picture.bin'), Uint8Array.from([1, 0, 2]));
    git('add', '.');
    git('commit', '--quiet', '-m', 'first');
    commit = git('rev-parse', 'HEAD');
    await writeFile(join(repository, 'analysis', 'model.py'), 'print("later")\n');
    git('commit', '--quiet', '-a', '-m', 'second');
  });
  const code = async (path = '', of = commit): Promise<readonly [number, string]> => {
    await site.write({
      'output/a.csv': { text: 'n\n5\n', record: { repo: repository, commit: of } },
    });
    const answer = await site.get(`${at}/code/${of}${path}`, cookie);
    return [answer.status, await answer.text()];
  };

  test('begins at the project file, and shows files as they were at that commit', async () => {
    const [, first] = await code();
    expect(first).toContain('project.yaml');
    expect(first).toContain('4.0');
    expect((await code('/analysis'))[1]).toContain('model.py');
    const [, file] = await code('/analysis/model.py');
    expect(file).toContain('&lt;b&gt;hello');
    expect(file).not.toContain('later');
    expect((await code('/analysis/picture.bin'))[1]).toContain('is no text');
  });

  test.each<readonly [string, string, string | null, number, string]>([
    ['a file that is not there', '/none.py', null, 404, 'There is no none.py at commit'],
    ['a commit that is not there', '', 'f'.repeat(40), 422, 'has no commit fffffff on any branch'],
    ['what is no commit', '', 'HEAD', 422, 'has no commit HEAD on any branch'],
    ['a way out', '/..%2f..%2fetc', null, 404, 'There is no'],
    ['another object', '/analysis%2f..%2fproject.yaml', null, 404, 'There is no'],
  ])('says so of %s', async (_, path, of, status, words) => {
    const [answered, text] = await code(path, of ?? commit);
    expect(answered).toBe(status);
    expect(text).toContain(words);
  });

  test('says when the repository cannot be reached', async () => {
    const gone = join(site.folder, 'gone');
    await site.write({
      'output/a.csv': { text: 'n\n5\n', record: { repo: gone, commit: 'e'.repeat(40) } },
    });
    const answer = await site.get(`${at}/code/${'e'.repeat(40)}`, cookie);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('cannot be reached from here');
  });
});

describe('the log of an action', () => {
  test('is shown from its end, for actions of the workspace only', async () => {
    await site.write({ 'output/a.csv': { text: 'n\n5\n', action: 'make_tables' } });
    const log = join(site.folder, 'level4', 'bp-trends', 'metadata', 'make_tables.log');
    expect((await site.get(`${at}/logs/make_tables`, cookie)).status).toBe(422);
    await writeFile(log, `begun\n${'line\n'.repeat(5000)}state: succeeded\n`);
    const page = await (await site.get(`${at}/logs/make_tables`, cookie)).text();
    expect(page).toContain('state: succeeded');
    expect(page).not.toContain('>begun');
    expect(await (await site.get(`${at}/logs/make_tables?whole=yes`, cookie)).text()).toContain(
      '>begun',
    );
    for (const action of ['other', '..%2Fmanifest', 'manifest.json']) {
      expect((await site.get(`${at}/logs/${action}`, cookie)).status).toBe(404);
    }
    await rm(log);
  });
});
