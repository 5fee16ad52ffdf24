import type { Diagnostic } from '@vitrine/pipeline';
import { alert, type Html, html } from '@vitrine/web';

/** Faults with their places and remedies, as one message. */
export function faultLines(diagnostics: readonly Diagnostic[], title?: string): Html {
  const [first] = diagnostics;
  const shown = diagnostics.slice(0, 50);
  // A single fault without a place is its own title.
  const isTitle =
    title === undefined && diagnostics.length === 1 && first?.place?.line === undefined;
  return alert({
    tone: first?.blame === 'platform' ? 'warning' : 'danger',
    title: title ?? first?.message ?? '',
    body: html`${shown.map(
      ({ message, hint, place }) =>
        html`<p>${
          place?.line === undefined
            ? null
            : html`<code>${place.file ?? 'project.yaml'}:${place.line}:${place.column ?? 1}</code> `
        }${isTitle ? null : html`${message} `}${hint}</p>`,
    )}${diagnostics.length > shown.length ? html`<p>And ${diagnostics.length - shown.length} more.</p>` : null}`,
  });
}
