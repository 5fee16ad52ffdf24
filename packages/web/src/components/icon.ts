import { type Html, trustedHtml } from '../html.ts';

const paths = {
  tick: '<path d="M3.5 8.5l3 3 6-7"/>',
  cross: '<path d="M4.5 4.5l7 7m0-7l-7 7"/>',
  clock: '<circle cx="8" cy="8" r="5.5"/><path d="M8 5v3.2l2 1.3"/>',
  play: '<path d="M5.5 4l6 4-6 4z"/>',
  dash: '<path d="M4 8h8"/>',
  stop: '<path d="M5 5h6v6H5z"/>',
  warning: '<path d="M8 2.5l6 11H2z"/><path d="M8 6.5v3m0 2v.1"/>',
  info: '<circle cx="8" cy="8" r="5.5"/><path d="M8 7.5v3.5m0-6v.1"/>',
  building: '<path d="M3 13.5h10M4 13V5l4-2.5L12 5v8M6.5 7h.1M9.5 7h.1M6.5 10h.1M9.5 10h.1"/>',
  folder: '<path d="M2.5 4.5h4l1.3 1.5h5.7v6.5h-11z"/>',
  tag: '<path d="M2.5 8.5v-6h6l5 5-6 6z"/><path d="M5.5 5.5v.1"/>',
  case: '<path d="M3.5 2.5h9v7h-9z"/><path d="M2.5 9.5h11M4 9.5v4m8-4v4M6 5l1.5-1"/>',
} as const;

export type IconName = keyof typeof paths;

/** A line drawing of 16 by 16 that takes the colour of its text and is silent to screen readers: words stand beside it. */
export function icon(name: IconName): Html {
  return trustedHtml(
    `<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">${paths[name]}</svg>`,
  );
}
