/** What a page of an application answers with, whatever frame the application puts around it. */
import type { Alert, Content, Link } from '@vitrine/web';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** A page without its frame. */
export interface Shown {
  readonly title: string;
  readonly main: Content;
  readonly breadcrumbs?: readonly Link[];
  readonly alerts?: readonly Alert[];
  /** Where the page hears of changes. */
  readonly liveHref?: string | null;
  /** 200 unless told. */
  readonly status?: ContentfulStatusCode;
  /** Whether the page shows documents of studies in frames. */
  readonly frames?: boolean;
  /** Whether keys do what links and buttons of the page do. */
  readonly hasKeys?: boolean;
}

/**
 * After a form: the browser is sent on, so that a reload sends nothing twice.
 * @param told name of what the next page says at its top
 */
export function sendTo(
  { http }: { readonly http: Context },
  address: string,
  told?: string,
): Response {
  const target = told ? `${address}${address.includes('?') ? '&' : '?'}done=${told}` : address;
  return http.redirect(target, 303);
}
