import { type Html, html } from '../html.ts';

export interface ImageView {
  readonly name: string;
  /** Address of the picture, of this site. */
  readonly address: string;
  /** What it shows, where somebody has said so. */
  readonly description?: string;
}

/** A picture in its own size or as wide as the page, with a way to look at it alone. */
export function imageViewer({ name, address, description }: ImageView): Html {
  return html`<figure class="viewer-image"><a href="${address}"><img src="${address}" alt="${description ?? `The picture ${name}`}" loading="lazy"></a><figcaption>${name}</figcaption></figure>`;
}
