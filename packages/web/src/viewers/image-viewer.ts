import { type Html, html } from '../html.ts';

export interface ImageView {
  readonly name: string;
  /** Address of the picture, of this site. */
  readonly address: string;
  /** What it shows, where somebody has said so. */
  readonly description?: string;
  /** Whether the picture can be looked at alone; true unless said. */
  readonly isAlone?: boolean;
}

/** A picture in its own size or as wide as the page, with a way to look at it alone. */
export function imageViewer({ name, address, description, isAlone = true }: ImageView): Html {
  const picture = html`<img src="${address}" alt="${description ?? `The picture ${name}`}" loading="lazy">`;
  return html`<figure class="viewer-image">${isAlone ? html`<a href="${address}">${picture}</a>` : picture}<figcaption>${name}</figcaption></figure>`;
}
