/** One's own account: name, e-mail, tokens and roles. */
import { httpFaults, isDuplicate, sendTo } from '@vitrine/platform';
import {
  buttonForm,
  card,
  checkbox,
  fieldset,
  type Html,
  heading,
  html,
  instant,
  keyValues,
} from '@vitrine/web';
import type { Call } from '../http/route.ts';
import type { Person } from '../people/actor.ts';
import { isRoleName, ROLES } from '../people/roles.ts';
import { issueToken, PERSON_TOKEN_SCOPES, TOKEN_DAYS, TOKEN_SCOPES } from '../people/tokens.ts';
import { mayEnterAirlock } from '../releases/airlock-rights.ts';
import { AIRLOCK_TOKEN_MINUTES, issueAirlockToken } from '../releases/airlock-token.ts';
import { releaseFaults } from '../releases/faults.ts';
import { addresses } from './addresses.ts';
import { carryOut } from './carry-out.ts';
import { ownForm } from './change-jobs.ts';
import { type FormRules, readFields, ruledForm, type Values, type Wrong } from './form-rules.ts';
import { respond } from './frame.ts';
import { revokeTokenOf, type TokenOwner, tokensOf, tokenTable } from './tokens.ts';

export type Profile = 'name' | 'email';

export const profileRules: FormRules<Profile> = {
  name: { kind: 'text', label: 'Full name', required: true, maxLength: 200 },
  email: {
    kind: 'email',
    label: 'E-mail',
    maxLength: 254,
    hint: 'Where to tell of job requests that have finished. It is shown to the staff only.',
    check: (value) =>
      /^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+\.[^\s@<>(),;:".]+$/.test(value)
        ? null
        : 'An address such as name@example.org.',
  },
};

export const emailTaken = { email: 'Somebody else has this address.' };

const tokenRules: FormRules<'label'> = {
  label: { kind: 'text', label: 'What it is for', required: true, maxLength: 100 },
};

interface Shown {
  readonly secret?: string;
  readonly airlockToken?: string;
  readonly profile?: Partial<Values<Profile>>;
  readonly wrongProfile?: Wrong<Profile>;
  readonly label?: string;
  readonly wrongToken?: Wrong<'label' | 'scope'>;
}

function personOf({ person }: Call): Person {
  if (person === null) throw httpFaults.error('sign-in-needed', {});
  return person;
}

function ownerOf({ id, username }: Person): TokenOwner {
  return { kind: 'person', id, name: username };
}

export async function accountPage(call: Call, shown: Shown = {}): Promise<Response> {
  const { site, csrf } = call;
  const person = personOf(call);
  const [tokens, mine, projects] = await Promise.all([
    tokensOf(call, ownerOf(person)),
    site.db
      .selectFrom('person')
      .select(['wants_email', 'created_at'])
      .where('id', '=', person.id)
      .executeTakeFirstOrThrow(),
    rolesOf(call, person),
  ]);
  const { secret, airlockToken, wrongProfile, wrongToken } = shown;
  return await respond(call, {
    title: 'Account',
    status: wrongProfile || wrongToken ? 422 : 200,
    main: html`${heading({ title: 'Account', lead: 'What the site knows of you, and the programs that may act for you.' })}
    <div class="columns"><div class="stack">
      ${secret === undefined ? null : secretCard('Your new token', secret, 'Copy it now')}
      ${
        airlockToken === undefined
          ? null
          : secretCard(
              'Your single-use token',
              airlockToken,
              `Type it with your user name ${person.username} at the airlock within ${AIRLOCK_TOKEN_MINUTES} minutes`,
            )
      }
      ${card({
        id: 'profile',
        title: 'You',
        body: ruledForm({
          action: '/account/profile',
          csrf,
          rules: profileRules,
          values: shown.profile ?? { name: person.name, email: person.email ?? '' },
          wrong: wrongProfile,
          more: fieldset(
            'E-mails',
            checkbox({
              name: 'wants_email',
              value: 'yes',
              label:
                'Send me an e-mail when a job request of mine has finished, where I asked for it',
              hint: 'Without this, nothing is sent to you, whatever a job request says.',
              checked: mine.wants_email,
            }),
          ),
          submit: 'Save',
        }),
      })}
      ${card({
        id: 'tokens',
        title: 'Tokens',
        subtitle:
          'For programs that act in your name through the API. Each does only what it was made for.',
        flush: true,
        body: tokenTable(call, tokens, '/account/tokens', 'You have no tokens.'),
      })}
      ${card({
        id: 'new-token',
        title: 'Make a token',
        body: ruledForm({
          action: '/account/tokens',
          csrf,
          rules: tokenRules,
          values: { label: shown.label ?? '' },
          wrong: wrongToken,
          more: html`${fieldset(
            'It may',
            PERSON_TOKEN_SCOPES.map((scope) =>
              checkbox({ name: 'scope', value: scope, label: TOKEN_SCOPES[scope] }),
            ),
            wrongToken?.scope,
          )}<p class="hint">It lasts ${TOKEN_DAYS} days.</p>`,
          submit: 'Make token',
        }),
      })}
    </div><div class="stack">
      ${mayEnterAirlock(person) ? airlockCard(csrf) : null}
      ${card({
        id: 'you',
        title: 'About',
        body: keyValues([
          ['User name', html`<code>${person.username}</code>`],
          ['Joined', instant(mine.created_at)],
          [
            'Page',
            html`<a href="${addresses.person(person.username)}">What everybody sees of you</a>`,
          ],
        ]),
      })}
      ${card({
        id: 'roles',
        title: 'Your roles',
        body:
          projects.length === 0
            ? html`<p class="quiet">None. Ask the staff for a role on your project and on a backend to run jobs.</p>`
            : keyValues(projects),
      })}
    </div></div>`,
  });
}

function airlockCard(csrf: string): Html {
  return card({
    id: 'airlock',
    title: 'Sign in to the airlock',
    body: html`<p>Outputs are looked at, and reviewed before they leave, inside the secure environment. A single-use token lets you in there. It lasts ${AIRLOCK_TOKEN_MINUTES} minutes, and a new one ends the one before.</p>`,
    footer: buttonForm('/account/airlock-token', csrf, 'Make a single-use token'),
  });
}

/** What was made just now, and will never be shown again. */
export function secretCard(title: string, secret: string, advice: string): Html {
  return card({
    id: 'secret',
    title,
    body: html`<p role="status">${advice}: it is not stored and will not be shown again.</p><code class="token">${secret}</code>`,
  });
}

/** Roles with what they are on, in words. */
async function rolesOf(
  { site }: Call,
  { id }: Person,
): Promise<readonly (readonly [role: string, on: string])[]> {
  const rows = await site.db
    .selectFrom('membership as m')
    .leftJoin('project as p', 'p.id', 'm.project_id')
    .leftJoin('organisation as o', 'o.id', 'm.organisation_id')
    .leftJoin('backend as b', 'b.id', 'm.backend_id')
    .select(['m.role', 'p.name as project', 'o.name as organisation', 'b.name as backend'])
    .where('m.person_id', '=', id)
    .orderBy('m.id')
    .execute();
  return rows.map(({ role, project, organisation, backend }) => [
    isRoleName(role) ? ROLES[role].label : role,
    project ?? organisation ?? backend ?? 'everywhere',
  ]);
}

export async function editProfile(call: Call): Promise<Response> {
  const fields = await ownForm(call);
  const { id, username } = personOf(call);
  const { values, wrong } = readFields(fields, profileRules);
  if (wrong !== null) return await accountPage(call, { profile: values, wrongProfile: wrong });
  const change = {
    name: values.name,
    email: values.email === '' ? null : values.email.toLowerCase(),
    wants_email: fields.has('wants_email'),
  };
  try {
    await carryOut(
      call,
      {
        kind: 'account-edited',
        target: ['person', username],
        // Who reads the log need not learn the address.
        details: { name: change.name, wants_email: change.wants_email },
      },
      async (tx) => await tx.updateTable('person').set(change).where('id', '=', id).execute(),
    );
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return await accountPage(call, { profile: values, wrongProfile: emailTaken });
  }
  return sendTo(call, addresses.account, 'saved');
}

export async function makeToken(call: Call): Promise<Response> {
  const fields = await ownForm(call);
  const person = personOf(call);
  const { values, wrong } = readFields(fields, tokenRules);
  const asked = fields.all('scope');
  const scopes = PERSON_TOKEN_SCOPES.filter((scope) => asked.includes(scope));
  const fault = {
    ...wrong,
    ...(scopes.length === 0 || scopes.length < new Set(asked).size
      ? { scope: 'Choose at least one thing that it may do, of those listed.' }
      : {}),
  };
  const { label } = values;
  if (Object.keys(fault).length > 0) return await accountPage(call, { label, wrongToken: fault });
  const secret = await carryOut(
    call,
    { kind: 'token-made', target: ['person', person.username], details: { label, scopes } },
    async (tx) =>
      await issueToken(tx, {
        owner: { personId: person.id },
        label,
        scopes,
        createdBy: person.id,
        now: call.now,
      }),
  );
  return await accountPage(call, { secret });
}

export async function revokeOwnToken(call: Call): Promise<Response> {
  await ownForm(call);
  await revokeTokenOf(call, ownerOf(personOf(call)));
  return sendTo(call, addresses.account, 'revoked');
}

/**
 * Makes the token that somebody types at the airlock; it is shown once.
 * @throws FaultError airlock-nothing-to-see
 */
export async function makeAirlockToken(call: Call): Promise<Response> {
  await ownForm(call);
  const person = personOf(call);
  const { id: personId, username } = person;
  if (!mayEnterAirlock(person)) throw releaseFaults.error('airlock-nothing-to-see', { username });
  const airlockToken = await carryOut(
    call,
    { kind: 'airlock-token-made', target: ['person', username] },
    async (tx) => await issueAirlockToken(tx, { personId, now: call.now }, call.site.randomBytes),
  );
  return await accountPage(call, { airlockToken });
}
