import { type Html, html } from '../html.ts';
import { type IconName, icon } from './icon.ts';

/** What a colour says. A colour never speaks alone: an icon and words say the same. */
export type Tone = 'neutral' | 'info' | 'success' | 'warning' | 'danger';

export interface Pill {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly words: string;
}

export function pill({ tone, icon: name, words }: Pill): Html {
  return html`<span class="pill tone-${tone}">${icon(name)}${words}</span>`;
}
