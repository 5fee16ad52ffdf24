import { type Content, type Html, html } from '../html.ts';

export type KeyValue = readonly [key: string, value: Content];

/** Names with their values. A value of `null` or `undefined` leaves the line out. */
export function keyValues(entries: readonly KeyValue[]): Html {
  const shown = entries.filter(([, value]) => value !== null && value !== undefined);
  return html`<dl class="key-values">${shown.map(
    ([key, value]) => html`<div><dt>${key}</dt><dd>${value}</dd></div>`,
  )}</dl>`;
}

/** What happened, in order, each with the moment it did. */
export function timeline(entries: readonly KeyValue[]): Html {
  return html`<ol class="timeline">${entries.map(
    ([key, value]) =>
      html`<li${value === null ? html` class="to-come"` : null}><span class="timeline-key">${key}:</span> ${
        value ?? html`<span class="quiet">–</span>`
      }</li>`,
  )}</ol>`;
}
