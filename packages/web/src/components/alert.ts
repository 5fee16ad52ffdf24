import { type Content, type Html, html } from '../html.ts';
import { type IconName, icon } from './icon.ts';
import type { Tone } from './pill.ts';

export interface Alert {
  readonly tone: Tone;
  readonly title: string;
  readonly body?: Content;
}

const icons: Readonly<Record<Tone, IconName>> = {
  neutral: 'info',
  info: 'info',
  success: 'tick',
  warning: 'warning',
  danger: 'warning',
};

/** A message that stands at the top of what it concerns. Errors are announced at once, the rest when there is time. */
export function alert({ tone, title, body }: Alert): Html {
  return html`<div class="alert tone-${tone}" role="${tone === 'danger' ? 'alert' : 'status'}">
  ${icon(icons[tone])}
  <div><p class="alert-title">${title}</p>${body === undefined ? null : html`<div class="alert-body">${body}</div>`}</div>
</div>`;
}
