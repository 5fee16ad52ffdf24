import { type Html, html, trustedHtml } from '../html.ts';

/** The kinds of token that are told apart in YAML, as the style sheet names them. */
export type YamlToken = 'key' | 'string' | 'number' | 'comment' | 'punctuation' | 'plain';

/** One line of YAML in tokens whose texts, put together, are the line. */
export function tokeniseYamlLine(line: string): readonly (readonly [YamlToken, string])[] {
  const tokens: (readonly [YamlToken, string])[] = [];
  let rest = line;
  const take = (kind: YamlToken, length: number): void => {
    if (length > 0) tokens.push([kind, rest.slice(0, length)]);
    rest = rest.slice(length);
  };
  take('plain', /^\s*/.exec(rest)?.[0].length ?? 0);
  take('punctuation', /^(?:-\s+)*/.exec(rest)?.[0].length ?? 0);
  const key =
    /^("[^"]*"|'[^']*'|[^\s#'"[\]{},&*!|>%@`-](?:[^:#]|(?<=\S)#|:(?=\S))*?)(?=\s*:(?:\s|$))/.exec(
      rest,
    );
  if (key) {
    take('key', key[0].length);
    take('punctuation', /^\s*:\s*/.exec(rest)?.[0].length ?? 0);
  }
  while (rest.length > 0) {
    const found =
      match(/^#.*/, 'comment', rest, tokens) ??
      match(/^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')/, 'string', rest) ??
      match(/^[[\]{},|>&*!]/, 'punctuation', rest) ??
      match(/^-?\d[\d._]*(?=$|[\s,\]}])/, 'number', rest, tokens) ??
      match(/^(?:\s+|[^\s[\]{},]+)/, 'plain', rest) ??
      (['plain', 1] as const);
    take(found[0], found[1]);
  }
  return tokens;
}

/** Tries one kind. A comment or a number counts only where a token may begin: after white space or punctuation. */
function match(
  pattern: RegExp,
  kind: YamlToken,
  rest: string,
  before?: readonly (readonly [YamlToken, string])[],
): readonly [YamlToken, number] | null {
  const last = before?.at(-1);
  if (last && !(last[0] === 'punctuation' || /\s$/.test(last[1]))) return null;
  const length = pattern.exec(rest)?.[0].length ?? 0;
  return length > 0 ? [kind, length] : null;
}

/** A path of a script, as run lines have it: with a folder, and not an option or something that is made (job-server §2.5). */
const scriptPath = /^(?!-)(?:[\w.@+-]+\/)+[\w.@+-]+\.\w+$/;

export interface YamlOptions {
  /** Over so many characters it is shown plain: no line is ever left out. */
  readonly maxLength?: number;
  /** Address of a file's page, for the scripts that run lines name. */
  readonly fileAddress?: (path: string) => string;
}

/** YAML in colour with numbered lines. */
export function highlightYaml(
  text: string,
  { maxLength = 100_000, fileAddress }: YamlOptions = {},
): Html {
  const plain = (part: string): Html =>
    fileAddress && scriptPath.test(part) && !part.includes('output')
      ? html`<a href="${fileAddress(part)}">${part}</a>`
      : html`${part}`;
  const lines = text.replace(/\n$/, '').split('\n');
  const body = lines.map((line) => {
    const content =
      text.length > maxLength
        ? html`${line}`
        : tokeniseYamlLine(line).map(([kind, part]) =>
            kind === 'plain' ? plain(part) : html`<span class="token-${kind}">${part}</span>`,
          );
    return html`<span class="line">${content}${trustedHtml('\n')}</span>`;
  });
  return html`<pre class="code" tabindex="0" aria-label="project.yaml"><code>${body}</code></pre>`;
}
