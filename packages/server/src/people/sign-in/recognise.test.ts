import { findBrokenDecision } from '@vitrine/platform';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../../database/database.testing.ts';
import type { Database } from '../../database/database.ts';
import { recognise } from './recognise.ts';

describe.each(testDatabases)('the first administrator, $name', ({ open }) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(async () => await database.close());

  const now = new Date('2022-05-12T09:00:00Z');
  const arrive = async (subject: string, isFirstAdministrator: boolean): Promise<number | null> =>
    await recognise(
      database.db,
      {
        provider: 'github',
        subject,
        username: `person-${subject}`,
        name: subject,
        email: null,
        isFirstAdministrator,
      },
      now,
    );
  const administrators = async (): Promise<readonly (number | null)[]> =>
    (await database.db.selectFrom('membership').select('person_id').execute()).map(
      ({ person_id }) => person_id,
    );

  test('is whom the configuration names, at their sign-in, and it is audited', async () => {
    await arrive('1', false);
    expect(await administrators()).toEqual([]);
    const first = await arrive('2', true);
    expect(await administrators()).toEqual([first]);
    const decisions = await database.db
      .selectFrom('audit_event')
      .select(['kind', 'actor', 'target', 'details'])
      .orderBy('id')
      .execute();
    expect(decisions.at(-1)).toMatchObject({
      kind: 'role-given',
      actor: null,
      target: 'person-2',
      details: { role: 'staff-area-administrator' },
    });
    expect(
      await database.db.transaction().execute(async (tx) => await findBrokenDecision(tx)),
    ).toBeNull();
  });

  test('is made once, and nobody after them', async () => {
    const before = await administrators();
    await arrive('2', true);
    await Promise.all([arrive('3', true), arrive('4', true)]);
    expect(await administrators()).toEqual(before);
  });

  test('comes anew where the only one has been disabled, and whoever was known becomes it too', async () => {
    await database.db
      .updateTable('person')
      .set({ is_disabled: true })
      .where('username', '=', 'person-2')
      .execute();
    expect(await arrive('2', true)).toBeNull();
    const known = await arrive('1', true);
    expect(await administrators()).toContain(known);
  });
});
