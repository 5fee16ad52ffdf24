import { type Html, html } from '../html.ts';
import { type CodeLanguage, codeViewer } from './code-viewer.ts';
import { plainText, textViewer } from './text-viewer.ts';

export interface NotebookView {
  readonly name: string;
  /** Text of the .ipynb file. */
  readonly text: string;
  /**
   * Address at which the site serves one output of a cell by its media type; both counted from 0. Without it, or where it gives
   * null, pictures are named and not shown.
   */
  readonly outputAddress?: (cell: number, output: number, mediaType: string) => string | null;
}

type Fields = Readonly<Record<string, unknown>>;

const pictures = ['image/png', 'image/jpeg', 'image/svg+xml'] as const;

/**
 * A Jupyter notebook as a page of ours: code in colour, what it printed, errors, tables as text. Nothing that the notebook holds
 * becomes markup: HTML, scripts and widgets in it are left out, and said to be. Null where the file is no notebook.
 */
export async function notebookViewer({
  name,
  text,
  outputAddress,
}: NotebookView): Promise<Html | null> {
  const notebook = parse(text);
  const cells = notebook?.['cells'];
  if (notebook === null || !Array.isArray(cells)) return null;
  const language = languageOf(notebook);
  const shown: Html[] = [];
  for (const [index, cell] of cells.entries()) {
    if (!isFields(cell)) continue;
    const source = joined(cell['source']);
    const label = `${name}, cell ${index + 1}`;
    const body =
      cell['cell_type'] === 'code'
        ? html`${await codeViewer(label, source, language)}${outputsOf(cell).map((output, place) =>
            outputView(
              output,
              `${label}, output ${place + 1}`,
              (type) => outputAddress?.(index, place, type) ?? null,
            ),
          )}`
        : html`<div class="notebook-text">${paragraphs(source)}</div>`;
    shown.push(
      html`<section class="notebook-cell" aria-label="Cell ${index + 1}">${body}</section>`,
    );
  }
  return html`<div class="notebook">${shown}</div>`;
}

/**
 * The bytes of one picture in a notebook, for the address that `outputAddress` gave.
 *
 * @param text - Text of the .ipynb file.
 * @returns null where there is none of that media type at that place
 */
export function notebookPicture(
  text: string,
  cell: number,
  output: number,
  mediaType: string,
): Uint8Array | null {
  const picture = pictures.find((type) => type === mediaType);
  const cells = parse(text)?.['cells'];
  const found: unknown = Array.isArray(cells) ? cells[cell] : null;
  const data = isFields(found) ? outputsOf(found)[output]?.['data'] : null;
  if (picture === undefined || !isFields(data) || !Object.hasOwn(data, picture)) return null;
  const content = joined(data[picture]);
  // SVG stands in notebooks as text, pictures of points in base 64.
  return Buffer.from(content, picture === 'image/svg+xml' ? 'utf8' : 'base64');
}

function outputView(
  output: Fields,
  label: string,
  addressOf: (mediaType: string) => string | null,
): Html | null {
  switch (output['output_type']) {
    case 'stream':
      return textViewer({ name: label, text: joined(output['text']) });
    case 'error':
      return html`<div class="notebook-error tone-danger">${textViewer({ name: label, text: plainText(joined(output['traceback'], '\n')) || `${output['ename']}: ${output['evalue']}` })}</div>`;
    case 'execute_result':
    case 'display_data':
      return dataView(isFields(output['data']) ? output['data'] : {}, label, addressOf);
    default:
      return null;
  }
}

function dataView(
  data: Fields,
  label: string,
  addressOf: (mediaType: string) => string | null,
): Html {
  const picture = pictures.find((type) => Object.hasOwn(data, type));
  if (picture !== undefined) {
    const address = addressOf(picture);
    return address === null
      ? html`<p class="quiet">A picture (${picture}) is not shown here.</p>`
      : html`<figure class="viewer-image"><img src="${address}" alt="${label}" loading="lazy"></figure>`;
  }
  if (Object.hasOwn(data, 'text/plain')) {
    return textViewer({ name: label, text: joined(data['text/plain']) });
  }
  return html`<p class="quiet">An output of another kind (${Object.keys(data).slice(0, 5).join(', ') || 'nothing'}) is not shown here.</p>`;
}

/** Text of a cell that is not code: headings stay headings, all else is paragraphs as they were typed. */
function paragraphs(source: string): readonly Html[] {
  return source
    .split(/\n{2,}/)
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const heading = /^#{1,6} +(.+)$/.exec(part.trim());
      return heading ? html`<h3>${heading[1] ?? ''}</h3>` : html`<p>${part}</p>`;
    });
}

function outputsOf(cell: Fields): readonly Fields[] {
  const outputs = cell['outputs'];
  return Array.isArray(outputs) ? outputs.filter(isFields) : [];
}

function languageOf(notebook: Fields): CodeLanguage | null {
  const metadata = isFields(notebook['metadata']) ? notebook['metadata'] : {};
  const info = isFields(metadata['language_info']) ? metadata['language_info'] : {};
  const name = String(info['name'] ?? 'python').toLowerCase();
  return name === 'python' || name === 'r' || name === 'stata' ? name : null;
}

/** Texts in notebooks are one, or one a line. */
function joined(value: unknown, between = ''): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.map(String).join(between) : '';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}
