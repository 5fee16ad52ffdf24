/** The faults of requests that only this site knows. */
import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';
import type { Statuses } from '@vitrine/platform';

type Values = {
  readonly 'name-ambiguous': { readonly what: string; readonly name: string };
  readonly 'token-invalid': Record<never, never>;
  readonly 'token-scope-missing': { readonly scope: string };
  readonly 'webhook-refused': { readonly reason: string };
  readonly 'webhooks-too-many': { readonly limit: number };
  readonly 'sign-in-refused': { readonly reason: string };
  readonly 'too-many-streams': Record<never, never>;
};

type Code = keyof Values;
type Kinds = { readonly [C in Code]: FaultKind<Values[C]> };

const kinds: Kinds = {
  'name-ambiguous': {
    blame: 'usage',
    summary: 'The beginning of an identifier fits several things.',
    message: (v) => `More than one ${v.what} begins with "${v.name}".`,
    hint: () => 'Give more characters of the identifier.',
  },
  'token-invalid': {
    blame: 'user',
    summary: 'The token of a request is unknown, over or revoked.',
    message: () => 'The token is not valid.',
    hint: () => 'It may have expired or been revoked; make a new one on your account page.',
  },
  'token-scope-missing': {
    blame: 'user',
    summary: 'The token was not made for this.',
    message: (v) => `The token does not have the scope ${v.scope}.`,
    hint: () => 'Make a token with that scope on your account page.',
  },
  'webhook-refused': {
    blame: 'user',
    summary: 'Webhooks do not go to such an address.',
    message: (v) => `The address of the webhook ${v.reason}.`,
    hint: () => 'Use an https address that can be reached from everywhere.',
  },
  'webhooks-too-many': {
    blame: 'user',
    summary: 'A person has as many webhooks as one may have.',
    message: (v) => `You have ${v.limit} webhooks already, which is as many as one may have.`,
    hint: () => 'End one that is no longer needed.',
  },
  'sign-in-refused': {
    blame: 'user',
    summary: 'Signing in did not work.',
    message: (v) => `You have not been signed in: ${v.reason}`,
    hint: () => 'Try again from the sign-in page.',
  },
  'too-many-streams': {
    blame: 'platform',
    summary: 'Too many pages follow live changes at once.',
    message: () => 'Too many pages follow live changes at the moment.',
    hint: () => 'The page works without; reload it to see what has changed.',
  },
};

export const siteFaults: Faults<Kinds> = defineFaults(kinds);

/** Their HTTP statuses. */
export const siteStatuses: Statuses<Code> = {
  'name-ambiguous': 404,
  'token-invalid': 401,
  'token-scope-missing': 403,
  'webhook-refused': 422,
  'webhooks-too-many': 422,
  'sign-in-refused': 403,
  'too-many-streams': 503,
};
