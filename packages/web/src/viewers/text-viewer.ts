import { type Html, html, trustedHtml } from '../html.ts';

export interface TextView {
  readonly name: string;
  readonly text: string;
  /** Most characters to show. */
  readonly limit?: number;
  /** Shows the end instead of the beginning where it is too long: for logs, whose end says why. */
  readonly fromEnd?: boolean;
  /** Where all of it is shown. */
  readonly wholeAddress?: string;
}

/** Characters that a page shows of a text. */
export const TEXT_LIMIT = 1_000_000;

/** Colours, titles and movements of the cursor that programs write for a terminal, each after a sign that does not show. */
const forTerminals = /[^\P{Cc}\t\n\r](?:\[[0-9;?]*[ -/]*[@-~]|\][^\p{Cc}]*\p{Cc})/gu;
/** Other signs that do not show. */
const unprintable = /[^\P{Cc}\t\n\r]/gu;

/** A text as it is shown: without what only a terminal understands; one line where a program wrote over itself. */
export function plainText(text: string): string {
  const printable = text
    .replaceAll('\r\n', '\n')
    .replace(forTerminals, '')
    .replace(unprintable, '');
  if (!printable.includes('\r')) return printable;
  return printable
    .split('\n')
    .map((line) => line.replace(/\r+$/, '').split('\r').at(-1) ?? '')
    .join('\n');
}

/** A text or a log with numbered lines. What is left out of a long one is said. */
export function textViewer({
  name,
  text,
  limit = TEXT_LIMIT,
  fromEnd = false,
  wholeAddress,
}: TextView): Html {
  const all = plainText(text);
  const isCut = all.length > limit;
  const shown = isCut ? (fromEnd ? wholeLines(all.slice(-limit)) : all.slice(0, limit)) : all;
  const first = isCut && fromEnd ? lineCount(all) - lineCount(shown) + 1 : 1;
  const note = isCut
    ? html`<p class="quiet">The ${fromEnd ? 'end' : 'beginning'} of ${all.length.toLocaleString('en-GB')} characters${fromEnd ? `, from line ${first}` : ''}; ${(all.length - shown.length).toLocaleString('en-GB')} are left out.${
        wholeAddress === undefined ? null : html` <a href="${wholeAddress}">Show all of it</a>`
      }</p>`
    : null;
  const lines = shown.replace(/\n$/, '').split('\n');
  return shown === ''
    ? html`<p class="empty">The file is empty.</p>`
    : html`${note}<pre class="code" tabindex="0" role="region" aria-label="${name}"><code>${lines.map(
        (line) => html`<span class="line">${line}${trustedHtml('\n')}</span>`,
      )}</code></pre>`;
}

function wholeLines(text: string): string {
  return text.slice(text.indexOf('\n') + 1);
}

function lineCount(text: string): number {
  return text.replace(/\n$/, '').split('\n').length;
}
