import { type Html, html } from '@vitrine/web';

/** The keys of a review; each does what a link or button of the page does. */
const keyWords: readonly (readonly [key: string, words: string])[] = [
  ['j', 'next file'],
  ['k', 'previous file'],
  ['u', 'next file that you have not judged'],
  ['n', 'next finding'],
  ['a', 'approve the file that is shown'],
  ['c', 'request changes to it'],
  ['x', 'clear your vote'],
  ['r', 'back to the request'],
  ['?', 'this list'],
];

/** Shown once the script is there that makes them work. A vote stays on its file: the next key never judges what was not seen. */
export function keysBar(): Html {
  return html`<div class="keys" data-keys hidden><button class="button small" type="button" data-keys-help>Keys <kbd>?</kbd></button>
<button class="button small" type="button" data-keys-switch aria-pressed="true">Single keys are on</button>
<dialog aria-labelledby="keys-title"><h2 id="keys-title">Keys of the review</h2><dl class="keys-list">${keyWords.map(
    ([key, words]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${words}</dd></div>`,
  )}</dl><button class="button" type="button" data-keys-close>Close</button></dialog></div>`;
}
