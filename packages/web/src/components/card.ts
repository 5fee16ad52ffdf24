import { type Content, type Html, html } from '../html.ts';

export interface Card {
  /** Unique on the page; makes the heading a place to link to and the section a landmark. */
  readonly id: string;
  readonly title: string;
  readonly subtitle?: Content | undefined;
  readonly actions?: Content;
  readonly body: Content;
  readonly footer?: Content;
  /** The body's edges are the card's: for tables. */
  readonly flush?: boolean;
  /** Follows what happens when the page is told that something changed. */
  readonly live?: boolean;
}

export function card({ id, title, subtitle, actions, body, footer, flush, live }: Card): Html {
  return html`<section class="card" id="${id}" aria-labelledby="${id}-title"${live ? html` data-live` : null}>
  <header class="card-header">
    <div><h2 id="${id}-title">${title}</h2>${subtitle === undefined ? null : html`<p class="quiet">${subtitle}</p>`}</div>
    ${actions === undefined ? null : html`<div class="buttons">${actions}</div>`}
  </header>
  <div class="${flush ? 'card-flush' : 'card-body'}">${body}</div>
  ${footer === undefined ? null : html`<footer class="card-footer">${footer}</footer>`}
</section>`;
}
