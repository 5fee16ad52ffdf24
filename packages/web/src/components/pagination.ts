import { type Html, html, nothing } from '../html.ts';

export interface Pagination {
  readonly newer?: string | null;
  readonly older?: string | null;
  readonly words?: { readonly newer: string; readonly older: string };
}

/** From page to page by key, so that a page's cost does not grow with its number. */
export function pagination({ newer, older, words }: Pagination): Html {
  if (!newer && !older) return nothing;
  const named = words ?? { newer: 'Newer', older: 'Older' };
  return html`<nav class="pagination" aria-label="Pages">
  ${newer ? html`<a class="button" rel="prev" href="${newer}">← ${named.newer}</a>` : html`<span></span>`}
  ${older ? html`<a class="button" rel="next" href="${older}">${named.older} →</a>` : null}
</nav>`;
}
