import { FaultError } from '@vitrine/pipeline';
import { alert, card, diffView, type Html, html, repositoryLinks } from '@vitrine/web';
import type { EarlierRequest, EarlierRequests } from '../queries/job-request-page.ts';
import type { Site } from '../site.ts';

export interface Comparison {
  readonly request: { readonly repository: string; readonly commit: string };
  readonly earlier: EarlierRequests;
  /** `previous` or `previous-successful`, as the address asks. */
  readonly chosen: string | null;
  /** Whether the one who looks may be shown the code. */
  readonly mayRead: boolean;
}

/** The code of a request beside that of the one before and the one that last succeeded (job-server §7). */
export async function comparisonCard(
  site: Site,
  { request, earlier, chosen, mayRead }: Comparison,
  subtitle = 'Compare the code used in this job request',
  nothingEarlier = 'No previous job request available for comparison',
  words: readonly [string, string] = [
    'Compare to the previous job request',
    'Compare to the previous successful job request',
  ],
): Promise<Html> {
  const { previous, previousSuccessful } = earlier;
  const links = repositoryLinks(request.repository);
  const line = (key: string, label: string, other: EarlierRequest): Html => html`<li>
    <a href="?compare=${key}#comparison"${chosen === key ? html` aria-current="true"` : null}>${label}</a>
    <span class="quiet">(${other.number}: <code>${other.commit.slice(0, 7)}..${request.commit.slice(0, 7)}</code>)</span>
    ${links ? html` <a href="${links.compare(other.commit, request.commit)}">on GitHub</a>` : null}</li>`;
  const other =
    chosen === 'previous' ? previous : chosen === 'previous-successful' ? previousSuccessful : null;
  return card({
    id: 'comparison',
    title: 'Code comparison',
    subtitle,
    flush: true,
    body: html`<div class="card-body">${
      previous === null
        ? html`<p>${nothingEarlier}</p>`
        : html`<ul>${line('previous', words[0], previous)}${
            previousSuccessful ? line('previous-successful', words[1], previousSuccessful) : null
          }</ul>`
    }</div>${other === null ? null : mayRead ? await difference(site, request, other) : privateCode}`,
  });
}

/** Said in place of code that is not public. */
export const privateCode: Html = html`<p class="empty">The repository is private at the moment: its code is shown to members of the project and to staff.</p>`;

async function difference(
  site: Site,
  request: Comparison['request'],
  other: EarlierRequest,
): Promise<Html> {
  if (other.commit === request.commit) {
    return html`<p class="empty">Both ran the same commit <code>${other.commit.slice(0, 7)}</code>.</p>`;
  }
  try {
    const { diff, isCut } = await site.sourceHost.compare(
      request.repository,
      other.commit,
      request.commit,
    );
    return html`${diffView(diff)}${isCut ? html`<p class="empty">The rest is left out because it is too long to show.</p>` : null}`;
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return alert({
      tone: 'warning',
      title: 'The code cannot be compared now.',
      body: error.diagnostics.map(({ message, hint }) => html`<p>${message} ${hint}</p>`),
    });
  }
}
