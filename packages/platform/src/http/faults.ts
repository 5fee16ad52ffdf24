/** The faults of requests to pages and APIs. */
import { defineFaults, type FaultKind, type Faults } from '@vitrine/pipeline';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

type Values = {
  readonly 'page-unknown': { readonly path: string };
  readonly 'thing-unknown': { readonly what: string; readonly name: string };
  readonly 'method-refused': { readonly method: string; readonly allowed: string };
  readonly 'sign-in-needed': Record<never, never>;
  readonly 'permission-needed': { readonly permission: string };
  readonly 'form-forged': Record<never, never>;
  readonly 'body-too-large': { readonly limit: number };
  readonly 'body-type-refused': { readonly given: string; readonly expected: string };
  readonly 'body-not-json': Record<never, never>;
  readonly 'body-invalid': { readonly problems: readonly string[] };
  readonly 'server-failed': { readonly reference: string };
};

type Code = keyof Values;
type Kinds = { readonly [C in Code]: FaultKind<Values[C]> };

const kinds: Kinds = {
  'page-unknown': {
    blame: 'usage',
    summary: 'There is no page at this address.',
    message: (v) => `There is no page at ${v.path}.`,
    hint: () => 'Check the address, or begin at the first page.',
  },
  'thing-unknown': {
    blame: 'usage',
    summary: 'What the address names does not exist.',
    message: (v) => `There is no ${v.what} "${v.name}".`,
    hint: () => 'Check its spelling; names tell capital and small letters apart.',
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
    hint: () => 'Sign in, or send a token of an API as "Authorization: Bearer …".',
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
    hint: () => 'Correct the fields named; the description of the API says what each may hold.',
  },
  'server-failed': {
    blame: 'platform',
    summary: 'The server failed to answer.',
    message: () => 'Something went wrong on our side.',
    hint: (v) => `Try again; if it stays so, tell the support team the reference ${v.reference}.`,
  },
};

export const httpFaults: Faults<Kinds> = defineFaults(kinds);

/** HTTP statuses by code of a fault. */
export type Statuses<C extends string> = Readonly<Record<C, ContentfulStatusCode>>;

const statuses: Statuses<Code> = {
  'page-unknown': 404,
  'thing-unknown': 404,
  'method-refused': 405,
  'sign-in-needed': 401,
  'permission-needed': 403,
  'form-forged': 403,
  'body-too-large': 413,
  'body-type-refused': 415,
  'body-not-json': 400,
  'body-invalid': 400,
  'server-failed': 500,
};

/** The HTTP status of a fault of any catalogue, by what the application adds and by the house's table: 422 where a request was understood and cannot be done. */
export function statusOf(
  code: string,
  blame: string,
  own: Statuses<string> = {},
): ContentfulStatusCode {
  const known: Statuses<string> = { ...statuses, ...own };
  if (Object.hasOwn(known, code)) return known[code] ?? 500;
  return blame === 'platform' ? 503 : 422;
}
