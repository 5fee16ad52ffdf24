/** What other pages say of released and published files, and where they lead. */
import { card, formatDay, type Html, html, shortInstant } from '@vitrine/web';
import type { PublicationDetail } from '../../queries/publications.ts';
import type { RequestRelease } from '../../queries/releases.ts';
import { addresses } from '../addresses.ts';

/** Publications that a card lists; the newest. */
export const PUBLICATIONS_BESIDE = 5;

function publicationLines(publications: readonly PublicationDetail[], empty: string): Html {
  return publications.length === 0
    ? html`<p class="quiet">${empty}</p>`
    : html`<ul class="plain-list entries">${publications.map(
        ({ identifier, title, published_at }) =>
          html`<li><a href="${addresses.publication(identifier)}">${title}</a><span class="why">${published_at === null ? '' : formatDay(published_at)}</span></li>`,
      )}</ul>`;
}

/** On the page of a workspace: what everybody may see, and for members the way to the rest. */
export function workspaceOutputs(
  workspace: string,
  publications: readonly PublicationDetail[],
  seesFiles: boolean,
): Html {
  return card({
    id: 'outputs',
    title: 'Outputs',
    body: publicationLines(publications, 'Nothing has been published of this workspace yet.'),
    footer: html`<ul class="plain-list">
      <li><a href="${addresses.publications(workspace)}">All publications</a></li>
      <li><a href="${addresses.releases(workspace)}">Releases</a></li>
      ${seesFiles ? html`<li><a href="${addresses.outputs(workspace)}">Released outputs</a></li>` : null}
    </ul>`,
  });
}

/** On the page of a project. */
export function projectOutputs(publications: readonly PublicationDetail[]): Html {
  return card({
    id: 'outputs',
    title: 'Published outputs',
    body: publicationLines(publications, 'Nothing has been published of this project yet.'),
  });
}

/** On the page of a job request; nothing where nothing of it was released. */
export function requestOutputs(
  releases: readonly RequestRelease[],
  seesFiles: boolean,
): Html | null {
  if (releases.length === 0) return null;
  return card({
    id: 'outputs',
    title: 'Released outputs',
    subtitle: 'Releases with files that jobs of this request made',
    body: html`<ul class="plain-list entries">${releases.map(
      ({ identifier, released_at, files }) =>
        html`<li><a href="${addresses.release(identifier)}">${shortInstant(released_at)}</a>${seesFiles ? html`<span class="why">${files} ${files === 1 ? 'file' : 'files'} of this request</span>` : null}</li>`,
    )}</ul>`,
  });
}
