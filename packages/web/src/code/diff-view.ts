import { type Html, html, trustedHtml } from '../html.ts';

type LineKind = 'file' | 'hunk' | 'added' | 'removed' | 'context';

const signs: Readonly<Record<LineKind, string>> = {
  file: '',
  hunk: '',
  added: 'Added: ',
  removed: 'Removed: ',
  context: '',
};

/** A diff in git's unified form, file by file, each to fold. What was added or removed is said in words too. */
export function diffView(unified: string): Html {
  const files = unified.split(/^(?=diff --git )/m).filter((part) => part.startsWith('diff --git '));
  if (files.length === 0) return html`<p class="empty">The two commits hold the same code.</p>`;
  return html`<div class="diff">${files.map(fileView)}</div>`;
}

function fileView(text: string): Html {
  const lines = text.replace(/\n$/, '').split('\n');
  const name = fileName(lines);
  const body = lines.slice(headerLength(lines)).map((line) => {
    const kind = kindOf(line);
    return html`<span class="line diff-${kind}">${
      signs[kind] ? html`<span class="visually-hidden">${signs[kind]}</span>` : null
    }${line}${trustedHtml('\n')}</span>`;
  });
  const count = (kind: LineKind): number =>
    lines.slice(headerLength(lines)).filter((line) => kindOf(line) === kind).length;
  const counts = html`<span class="quiet">${count('added')} added, ${count('removed')} removed</span>`;
  return html`<details open><summary><code>${name}</code> ${counts}</summary>${
    body.length > 0
      ? html`<pre class="code" tabindex="0" aria-label="Changes in ${name}"><code>${body}</code></pre>`
      : html`<p class="empty">Nothing to show as text.</p>`
  }</details>`;
}

function headerLength(lines: readonly string[]): number {
  const first = lines.findIndex((line) => line.startsWith('@@'));
  return first === -1 ? lines.length : first;
}

function fileName(lines: readonly string[]): string {
  const renamed =
    lines.find((line) => line.startsWith('+++ b/')) ??
    lines.find((line) => line.startsWith('--- a/'));
  if (renamed) return renamed.slice(6).replace(/\t$/, '');
  return / b\/(.*)$/.exec(lines[0] ?? '')?.[1] ?? lines[0] ?? '';
}

function kindOf(line: string): LineKind {
  if (line.startsWith('@@')) return 'hunk';
  if (line.startsWith('+')) return 'added';
  if (line.startsWith('-')) return 'removed';
  return 'context';
}
