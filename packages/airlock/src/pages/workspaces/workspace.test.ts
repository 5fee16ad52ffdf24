/** The tree of a workspace, and files of it into release requests. */
import { hashSecret } from '@vitrine/platform';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TestAirlock } from '../../site.testing.ts';

let site: TestAirlock;
beforeAll(async () => {
  site = await TestAirlock.open();
});
beforeEach(async () => {
  await site.write(outputs);
  for (const table of ['upload', 'news', 'released_file', 'release_request'] as const) {
    await site.database.db.deleteFrom(table).execute();
  }
});
afterAll(async () => await site[Symbol.asyncDispose]());

const table = { text: 'group,n\nold,10\n' };
const finding = {
  rule: 'small-count',
  severity: 'error',
  place: { row: 1, column: 'n' },
  message: 'A count of 3.',
  remedy: 'Redact it.',
};
const outputs = {
  'output/tables/a.csv': table,
  'output/tables/b.csv': {
    text: 'group,n\nold,3\n',
    record: { disclosure: { passes: false, counts: { 'small-count': 2 }, findings: [finding] } },
  },
  'output/figures/c.png': { text: 'no picture' },
  'output/old.csv': { text: 'n\n1\n', record: { out_of_date_action: true } },
  'output/rows.csv': { text: '', record: { excluded: true, message: 'It has a patient_id.' } },
  'output/data.feather': { text: 'x', record: { level: 'highly_sensitive' } },
  'output/gone.csv': { text: 'n\n2\n', record: { out_of_date_output: true } },
};

const page = async (user: string, query = ''): Promise<string> =>
  await (await site.get(`/workspaces/bp-trends${query}`, await site.signIn(user))).text();

/** Sends a form of a page. */
async function send(
  cookie: string,
  path: string,
  fields: readonly (readonly [string, string])[],
): Promise<Response> {
  const shown = await (await site.get('/workspaces/bp-trends', cookie)).text();
  const csrf = /name="csrf" value="([^"]+)"/.exec(shown)?.[1] ?? '';
  const body = new URLSearchParams({ csrf });
  for (const [name, value] of fields) body.append(name, value);
  return await fetch(`${site.running.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie },
    body,
  });
}

describe('the tree', () => {
  test('folds folders with counts of what is in them, and unfolds those that are asked for', async () => {
    const folded = await page('ann');
    expect(folded).toContain('2 not released');
    expect(folded).not.toContain('a.csv');
    const unfolded = await page('ann', '?open=output/tables');
    expect(unfolded).toContain('files/output/tables/a.csv');
    expect(unfolded).toContain('2 findings');
    expect(unfolded).not.toContain('figures/c.png');
  });

  test('hides what is not to be seen, and shows what lost its action when asked', async () => {
    const shown = await page('ann');
    expect(shown).not.toMatch(/data\.feather|gone\.csv|files\/output\/old\.csv/);
    expect(shown).toContain('Show 1 file of actions that are no longer in the project');
    expect(shown).toContain('rows.csv.txt');
    expect(await page('ann', '?out-of-date=shown')).toContain('files/output/old.csv');
  });

  test.each([
    ['?q=TABLES+a.csv', ['tables/a.csv'], ['tables/b.csv', 'c.png']],
    ['?state=invalid', ['rows.csv.txt'], ['tables/a.csv']],
    ['?q=nothing', ['No file is found'], ['tables/a.csv']],
  ])('finds with %s', async (query, there, gone) => {
    const shown = await page('ann', query);
    for (const text of there) expect(shown).toContain(text);
    for (const text of gone) expect(shown).not.toContain(text);
  });

  test('says when there is nothing', async () => {
    await site.write({});
    expect(await page('ann')).toContain('has no moderately sensitive output');
  });
});

test.each([
  ['ann', 200, true],
  ['col', 200, false],
  ['rev', 200, false],
  ['stranger', 404, false],
] as const)('%s gets %d, with a form: %s', async (user, status, hasForm) => {
  const answer = await site.get('/workspaces/bp-trends', await site.signIn(user));
  expect(answer.status).toBe(status);
  expect((await answer.text()).includes('name="folder"')).toBe(hasForm);
});

test('an archived workspace can be looked at, and nothing else', async () => {
  const cookie = await site.signIn('ann');
  const { db } = site.database;
  const hash = hashSecret(cookie.split('=', 2)[1] ?? '');
  const { rights } = await db
    .selectFrom('session')
    .select('rights')
    .where('hash', '=', hash)
    .executeTakeFirstOrThrow();
  const workspaces = rights.workspaces.map((workspace) => ({ ...workspace, is_open: false }));
  await db
    .updateTable('session')
    .set({ rights: JSON.stringify({ ...rights, workspaces }) })
    .where('hash', '=', hash)
    .execute();
  const shown = await (await site.get('/workspaces/bp-trends', cookie)).text();
  expect(shown).toContain('can only be looked at');
  expect(shown).not.toContain('name="folder"');
  const fields = [
    ['file', 'output/tables/a.csv'],
    ['group', 'default'],
  ] as const;
  const answer = await send(cookie, '/workspaces/bp-trends/add', fields);
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain('is archived or its project has ended');
});

describe('adding files', () => {
  test('makes a request of several files with copies of their bytes, and then adds to it', async () => {
    const cookie = await site.signIn('ann');
    const made = await send(cookie, '/workspaces/bp-trends/add', [
      ['folder', 'output/tables'],
      ['group', 'tables'],
      ['type', 'output'],
    ]);
    expect(made.status).toBe(303);
    const added = await send(cookie, '/workspaces/bp-trends/add', [
      ['file', 'output/figures/c.png'],
      ['group', 'figures'],
      ['type', 'supporting'],
    ]);
    expect(added.status).toBe(303);
    const { airlock: inside } = site.running;
    const rows = await inside.db.selectFrom('release_request').selectAll().execute();
    expect(rows).toMatchObject([{ workspace: 'bp-trends', author: 'ann', outputs: 2 }]);
    const request = (await inside.requests.read(rows[0]?.identifier ?? ''))?.request;
    expect(
      [...(request?.files.values() ?? [])].map(({ path, group, type }) => [path, group, type]),
    ).toEqual([
      ['output/tables/a.csv', 'tables', 'output'],
      ['output/tables/b.csv', 'tables', 'output'],
      ['output/figures/c.png', 'figures', 'supporting'],
    ]);
    const hash = request?.files.get('output/tables/a.csv')?.hash ?? '';
    expect((await inside.copies.bytes(hash)).toString()).toBe(table.text);
    expect(await page('ann', '?open=output/tables')).toContain('In your request');
  });

  test.each<readonly [string, readonly (readonly [string, string])[], readonly string[]]>([
    ['nothing', [], ['No file is selected']],
    ['what is not there', [['file', 'output/none.csv']], ['no output output/none.csv']],
    ['what is of level 3', [['file', 'output/data.feather']], ['no output output/data.feather']],
    ['what was refused', [['file', 'output/rows.csv']], ['was refused when its job ended']],
    ['what is no path', [['file', '../../secret']], ['no output ../../secret']],
    [
      'one that can and two that cannot',
      [
        ['file', 'output/tables/a.csv'],
        ['file', 'output/gone.csv'],
        ['file', 'output/rows.csv'],
      ],
      ['no output output/gone.csv', 'rows.csv was refused'],
    ],
    [
      'no group',
      [
        ['file', 'output/tables/a.csv'],
        ['group', ' '],
      ],
      ['a name of the group'],
    ],
  ])('refuses %s, and changes nothing', async (_, fields, words) => {
    const cookie = await site.signIn('ann');
    const all = fields.some(([name]) => name === 'group')
      ? fields
      : [...fields, ['group', 'default'] as const];
    const answer = await send(cookie, '/workspaces/bp-trends/add', all);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const shown = await answer.text();
    for (const text of words) expect(shown).toContain(text);
    const rows = await site.running.airlock.db.selectFrom('release_request').selectAll().execute();
    expect(rows).toEqual([]);
  });

  test.each(['col', 'rev', 'stranger'])('refuses %s', async (user) => {
    const cookie = await site.signIn(user);
    const shown = await (await site.get('/', cookie)).text();
    const csrf = /name="csrf" value="([^"]+)"/.exec(shown)?.[1] ?? '';
    const answer = await fetch(`${site.running.url}/workspaces/bp-trends/add`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie },
      body: new URLSearchParams({ csrf, file: 'output/tables/a.csv', group: 'default' }),
    });
    expect([403, 404]).toContain(answer.status);
  });

  test('brings the copy in a request to newer bytes', async () => {
    const cookie = await site.signIn('ann');
    const path = 'output/tables/a.csv';
    await send(cookie, '/workspaces/bp-trends/add', [
      ['file', path],
      ['group', 'tables'],
    ]);
    await site.write({ [path]: { text: 'group,n\nold,20\n' } });
    expect(await page('ann', '?open=output/tables')).toContain('</svg>Changed');
    const answer = await send(cookie, '/workspaces/bp-trends/update', [['path', path]]);
    expect(answer.status).toBe(303);
    expect(await page('ann', '?open=output/tables')).not.toContain('</svg>Changed');
  });
});
