/** Tokens as tables show them, on one's own page and in the staff area. */
import { httpFaults } from '@vitrine/platform';
import { form, type Html, html, shortInstant, submit, table } from '@vitrine/web';
import type { Call } from '../http/route.ts';
import { revokeToken, TOKEN_SCOPES, type TokenScope } from '../people/tokens.ts';
import { carryOut, keyOf } from './carry-out.ts';

/** Whose tokens. */
export type TokenOwner =
  | { readonly kind: 'person'; readonly id: number; readonly name: string }
  | { readonly kind: 'backend'; readonly id: number; readonly name: string };

export interface ShownToken {
  readonly id: number;
  readonly label: string;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
}

/** The newest hundred. */
export async function tokensOf({ site }: Call, owner: TokenOwner): Promise<readonly ShownToken[]> {
  return await site.db
    .selectFrom('token')
    .select([
      'id',
      'label',
      'prefix',
      'scopes',
      'created_at',
      'expires_at',
      'revoked_at',
      'last_used_at',
    ])
    .where(owner.kind === 'person' ? 'person_id' : 'backend_id', '=', owner.id)
    .orderBy('id', 'desc')
    .limit(100)
    .execute();
}

/** `address` is what the names of the single tokens are appended to. */
export function tokenTable(
  { csrf, now }: Call,
  tokens: readonly ShownToken[],
  address: string,
  empty: string,
): Html {
  return table({
    caption: 'Tokens',
    columns: [
      {
        heading: 'What it is for',
        names: true,
        cell: ({ label, prefix, scopes }) =>
          html`${label} <code class="quiet">${prefix}…</code><span class="why">${scopes
            .map((scope) => TOKEN_SCOPES[scope as TokenScope] ?? scope)
            .join('; ')}</span>`,
      },
      { heading: 'Expires (UTC)', cell: ({ expires_at }) => shortInstant(expires_at) },
      { heading: 'Last used (UTC)', cell: ({ last_used_at }) => shortInstant(last_used_at) },
      {
        heading: 'State',
        cell: ({ id, revoked_at, expires_at, label }) =>
          revoked_at
            ? html`<span class="quiet">Revoked</span>`
            : expires_at <= now
              ? html`<span class="quiet">Expired</span>`
              : form({
                  action: `${address}/${id}/revoke`,
                  csrf,
                  className: 'inline',
                  body: submit('Revoke', 'danger', label),
                }),
      },
    ],
    rows: tokens,
    empty,
  });
}

/** Ends the token that the address names, where it is one of the owner's. */
export async function revokeTokenOf(call: Call, owner: TokenOwner): Promise<void> {
  const name = call.http.req.param('token') ?? '';
  const token = await call.site.db
    .selectFrom('token')
    .select(['id', 'label'])
    .where('id', '=', keyOf(name))
    .where(owner.kind === 'person' ? 'person_id' : 'backend_id', '=', owner.id)
    .executeTakeFirst();
  if (token === undefined) throw httpFaults.error('thing-unknown', { what: 'token', name });
  await carryOut(
    call,
    {
      kind: 'token-revoked',
      target: [owner.kind, owner.name],
      details: { label: token.label },
    },
    async (tx) => await revokeToken(tx, token.id, call.now),
  );
}
