/** HTML and SVG that a study has made: shown in a frame that can do nothing (promise P10). */
import { type Html, html } from '../html.ts';

/**
 * What the route that serves the raw document must answer with. The document gets an origin of its own, which can run no script,
 * send no form, open nothing and load nothing; only pages of this site may frame it. It holds when the address is opened alone too.
 */
export const STUDY_DOCUMENT_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    'sandbox',
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
};

/** What the policy of a page that shows such a frame needs beside the rest. */
export const STUDY_FRAME_SOURCE = "frame-src 'self'";

/** The frame. `sandbox` without any word permits nothing: no script, no form, no window, no origin. */
export function documentViewer(
  name: string,
  address: string,
  { isAlone = true }: { readonly isAlone?: boolean } = {},
): Html {
  return html`<iframe class="viewer-document" src="${address}" title="${name}" sandbox referrerpolicy="no-referrer" loading="lazy"></iframe>
<p class="small quiet">Made by the code of a study, and shown without its scripts.${
    isAlone ? html` <a href="${address}" rel="noopener noreferrer">Look at it alone</a>` : null
  }</p>`;
}
