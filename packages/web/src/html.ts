import { html as honoHtml, raw as honoRaw } from 'hono/html';

declare const escaped: unique symbol;

/** HTML in which every value has been escaped. Made by {@link html} only, or by {@link trustedHtml} from our own text. */
export interface Html {
  readonly [escaped]: true;
  toString(): string;
}

/** What may stand in a hole of a template. Text is escaped; nothing is printed for `null`, `undefined` and `false`. */
export type Content =
  | Html
  | string
  | number
  | bigint
  | null
  | undefined
  | false
  | readonly Content[];

/** A template whose holes are escaped, in text and in double-quoted attributes alike. */
export function html(strings: TemplateStringsArray, ...holes: readonly Content[]): Html {
  return honoHtml(strings, ...holes.map(printable)) as unknown as Html;
}

/** Marks text of our own as HTML. Never call it with anything that came from a request, a study or the database. */
export function trustedHtml(text: string): Html {
  return honoRaw(text) as unknown as Html;
}

/** Nothing at all, where a template needs something. */
export const nothing: Html = trustedHtml('');

function printable(hole: Content): unknown {
  if (Array.isArray(hole)) return hole.map(printable);
  return typeof hole === 'bigint' ? hole.toString() : hole;
}

/** An attribute that is there or not, such as `checked`. */
export function flag(name: string, present: boolean | undefined): Html {
  return present === true ? trustedHtml(` ${name}`) : nothing;
}

/** A long name that may break after its underscores, hyphens and slashes, and nowhere else. */
export function breakable(name: string): Html {
  return html`${name.split(/(?<=[_/-])/).map((part, index) => [index > 0 && trustedHtml('<wbr>'), part])}`;
}
