import { type Html, html } from '@vitrine/web';
import type { JobRequestFacts, Named, ReleasedFileFacts, ReleaseFacts } from './facts.ts';
import { relativeAddress, toSecond } from './names.ts';
import { reviewsOf } from './review-entities.ts';

/** `ro-crate-preview.html` of a job request, for people: one page without scripts that needs nothing else. */
export function jobRequestPreview(facts: JobRequestFacts): string {
  return page(
    `Job request ${facts.number}`,
    html`${about([
      ['Job request', link({ name: facts.url, url: facts.url })],
      ['Requested by', link(facts.requestedBy)],
      ...place(facts),
      ['Created', toSecond(facts.createdAt)],
    ])}${jobsTable(facts)}`,
  );
}

/** `ro-crate-preview.html` of a release. */
export function releasePreview(facts: ReleaseFacts): string {
  const { files } = facts;
  return page(
    `Release ${facts.identifier}`,
    html`${about([
      ['Release', link({ name: facts.url, url: facts.url })],
      ['Requested by', link(facts.author)],
      [
        'Approved by',
        html`${reviewsOf(facts).map(({ reviewer, at }) => html`<p>${link(reviewer)}, ${toSecond(at)}</p>`)}`,
      ],
      ['Released by', html`${link(facts.releasedBy)}, ${toSecond(facts.releasedAt)}`],
      ...place(facts),
      ['Terms of use', facts.licence === null ? 'No licence has been given.' : link(facts.licence)],
    ])}
    <h2>Files</h2>
    <table><thead><tr><th>File</th><th>Bytes</th><th>SHA-256</th></tr></thead>
    <tbody>${files.map(fileRow)}</tbody></table>
    ${facts.requests.map(jobsTable)}`,
  );
}

function fileRow({ path, bytes, sha256, withdrawn }: ReleasedFileFacts): Html {
  const name =
    withdrawn === null
      ? html`<a href="outputs/${relativeAddress(path)}">${path}</a>`
      : html`${path}<br>Taken back on ${toSecond(withdrawn.at).slice(0, 10)}: ${withdrawn.reason}`;
  return html`<tr><td>${name}</td><td>${bytes}</td><td><code>${sha256}</code></td></tr>`;
}

type Line = readonly [string, Html | string];

function place(facts: JobRequestFacts | ReleaseFacts): readonly Line[] {
  return [
    ['Workspace', link(facts.workspace)],
    ['Project', link(facts.project)],
    ['Organisation', link(facts.organisation)],
    ['Backend', link(facts.backend)],
  ];
}

function jobsTable({ number, url, code, jobs }: JobRequestFacts): Html {
  return html`<h2>Jobs of ${link({ name: `job request ${number}`, url })}</h2>
    <p>${code.repository} at <code>${code.commit}</code></p>
    <table><thead><tr><th>Action</th><th>State</th><th>Started</th><th>Finished</th></tr></thead>
    <tbody>${jobs.map(
      (job) =>
        html`<tr><td>${link({ name: job.action, url: job.url })}</td><td>${job.state}</td><td>${job.startedAt && toSecond(job.startedAt)}</td><td>${job.finishedAt && toSecond(job.finishedAt)}</td></tr>`,
    )}</tbody></table>`;
}

function about(lines: readonly Line[]): Html {
  return html`<dl>${lines.map(([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>`)}</dl>`;
}

function link({ name, url }: Named): Html {
  return html`<a href="${url}">${name}</a>`;
}

function page(title: string, body: Html): string {
  return `${html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>body { font: 1rem/1.5 sans-serif; margin: 2rem; max-width: 70rem } td, th { padding: 0.25rem 1rem 0.25rem 0; text-align: left; vertical-align: top } dt { font-weight: bold }</style></head>
<body><h1>${title}</h1>${body}<p>Everything that is said here, and more, is in <a href="ro-crate-metadata.json">ro-crate-metadata.json</a>.</p></body>
</html>`}\n`;
}
