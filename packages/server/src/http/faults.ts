/** The faults of requests to the site and its APIs. */
import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

type Values = {
  readonly 'page-unknown': { readonly path: string };
  readonly 'thing-unknown': { readonly what: string; readonly name: string };
  readonly 'name-ambiguous': { readonly what: string; readonly name: string };
  readonly 'method-refused': { readonly method: string; readonly allowed: string };
  readonly 'sign-in-needed': Record<never, never>;
  readonly 'token-invalid': Record<never, never>;
  readonly 'token-scope-missing': { readonly scope: string };
  readonly 'permission-needed': { readonly permission: string };
  readonly 'form-forged': Record<never, never>;
  readonly 'body-too-large': { readonly limit: number };
  readonly 'body-type-refused': { readonly given: string; readonly expected: string };
  readonly 'body-not-json': Record<never, never>;
  readonly 'body-invalid': { readonly problems: readonly string[] };
  readonly 'webhook-refused': { readonly reason: string };
  readonly 'webhooks-too-many': { readonly limit: number };
  readonly 'sign-in-refused': { readonly reason: string };
  readonly 'too-many-streams': Record<never, never>;
  readonly 'server-failed': { readonly reference: string };
};

type Code = keyof Values;
type Kinds = { readonly [C in Code]: FaultKind<Values[C]> };

const kinds: Kinds = {
  'page-unknown': {
    blame: 'usage',
    summary: 'There is no page at this address.',
    message: (v) => `There is no page at ${v.path}.`,
    hint: () => 'Check the address, or look in the event log for what you seek.',
  },
  'thing-unknown': {
    blame: 'usage',
    summary: 'What the address names does not exist.',
    message: (v) => `There is no ${v.what} "${v.name}".`,
    hint: () => 'Check its spelling; names tell capital and small letters apart.',
  },
  'name-ambiguous': {
    blame: 'usage',
    summary: 'The beginning of an identifier fits several things.',
    message: (v) => `More than one ${v.what} begins with "${v.name}".`,
    hint: () => 'Give more characters of the identifier.',
  },
  'method-refused': {
    blame: 'usage',
    summary: 'The address does not answer to this HTTP method.',
    message: (v) => `This address does not answer to ${v.method}.`,
    hint: (v) => `It answers to ${v.allowed}.`,
  },
  'sign-in-needed': {
    blame: 'user',
    summary: 'Only people who are signed in may do this.',
    message: () => 'You need to be signed in for this.',
    hint: () => 'Sign in on the site, or send a token as "Authorization: Bearer …".',
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
  'permission-needed': {
    blame: 'user',
    summary: 'The person lacks the permission for this.',
    message: (v) => `You do not have the permission to do this: ${v.permission}.`,
    hint: () => 'Ask the staff for a role that has it.',
  },
  'form-forged': {
    blame: 'user',
    summary: 'A form did not come from a page of this session.',
    message: () => 'The form did not come from a page that you opened in this session.',
    hint: () => 'Go back, reload the page and send it again; nothing has been changed.',
  },
  'body-too-large': {
    blame: 'user',
    summary: 'What was sent is larger than the server takes.',
    message: (v) => `What was sent is larger than ${v.limit} bytes.`,
    hint: () => 'Send less at a time.',
  },
  'body-type-refused': {
    blame: 'usage',
    summary: 'What was sent is of the wrong media type.',
    message: (v) =>
      `What was sent is ${v.given || 'of no stated type'}, which is not understood here.`,
    hint: (v) => `Send ${v.expected}.`,
  },
  'body-not-json': {
    blame: 'usage',
    summary: 'What was sent is not JSON.',
    message: () => 'What was sent is not JSON.',
    hint: () => 'Check brackets, quotes and the character encoding, which must be UTF-8.',
  },
  'body-invalid': {
    blame: 'user',
    summary: 'What was sent does not have the documented shape.',
    message: (v) => `What was sent is not valid: ${v.problems.join('; ')}.`,
    hint: () => 'Correct the fields named; /api/v1/openapi.json describes them all.',
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
  'server-failed': {
    blame: 'platform',
    summary: 'The server failed to answer.',
    message: () => 'Something went wrong on our side.',
    hint: (v) => `Try again; if it stays so, tell the support team the reference ${v.reference}.`,
  },
};

export const httpFaults: Faults<Kinds> = defineFaults(kinds);

const statuses: Readonly<Record<Code, ContentfulStatusCode>> = {
  'page-unknown': 404,
  'thing-unknown': 404,
  'name-ambiguous': 404,
  'method-refused': 405,
  'sign-in-needed': 401,
  'token-invalid': 401,
  'token-scope-missing': 403,
  'permission-needed': 403,
  'form-forged': 403,
  'body-too-large': 413,
  'body-type-refused': 415,
  'body-not-json': 400,
  'body-invalid': 400,
  'webhook-refused': 422,
  'webhooks-too-many': 422,
  'sign-in-refused': 403,
  'too-many-streams': 503,
  'server-failed': 500,
};

/** The HTTP status of a fault of any catalogue: 422 where a request was understood and cannot be done. */
export function statusOf(code: string, blame: string): ContentfulStatusCode {
  if (Object.hasOwn(statuses, code)) return statuses[code as Code];
  return blame === 'platform' ? 503 : 422;
}
