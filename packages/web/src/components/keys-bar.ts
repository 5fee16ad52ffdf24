import { type Html, html } from '../html.ts';

export interface KeysBar {
  /** Heading of the list. */
  readonly title: string;
  /** What each key does; links and buttons of the page carry theirs as `data-key`. */
  readonly keys: readonly (readonly [key: string, words: string])[];
}

/** Tells the single keys of a page, and turns them off. Shown once the script `keys.js` is there, which makes them work. */
export function keysBar({ title, keys }: KeysBar): Html {
  return html`<div class="keys" data-keys hidden><button class="button small" type="button" data-keys-help>Keys <kbd>?</kbd></button>
<button class="button small" type="button" data-keys-switch aria-pressed="true">Single keys are on</button>
<dialog aria-labelledby="keys-title"><h2 id="keys-title">${title}</h2><dl class="keys-list">${[
    ...keys,
    ['?', 'this list'] as const,
  ].map(
    ([key, words]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${words}</dd></div>`,
  )}</dl><button class="button" type="button" data-keys-close>Close</button></dialog></div>`;
}
