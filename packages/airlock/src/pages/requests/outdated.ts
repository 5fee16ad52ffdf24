/** A form that comes too late: nothing is done, what changed is told, and no text that was written is lost. */
import type { FormFields } from '@vitrine/platform';
import { heading, html, instant } from '@vitrine/web';
import type { PersonalCall } from '../../http/route.ts';
import { eventsSince } from '../../review/repeat.ts';
import { addresses } from '../addresses.ts';
import { respond } from '../frame.ts';
import { eventWords } from './activity.ts';
import { prompts } from './explanation.ts';
import type { OpenRequest } from './open-request.ts';
import { statusPill } from './words.ts';

/** Fields that people write into. */
const written: readonly (readonly [name: string, label: string])[] = [
  ['text', 'Your comment'],
  ['reason', 'Your reason'],
  ...prompts.map(({ name, title }) => [name, title] as const),
];

export function outdatedPage(
  call: PersonalCall,
  open: OpenRequest,
  revision: number,
  fields: FormFields,
  back: string,
): Response {
  const visible = new Set(open.visible);
  const since = eventsSince(open.events, revision);
  const told = since.filter((event) => visible.has(event)).slice(-50);
  const texts = written.filter(([name]) => fields.text(name) !== '');
  const title = 'The request has changed since you looked at it';
  return respond(call, {
    title,
    status: 409,
    breadcrumbs: [
      { label: 'Release requests', href: addresses.requests },
      { label: open.view.id, href: addresses.request(open.view.id) },
    ],
    main: html`${heading({ title, lead: 'Nothing has been changed by what you sent. Look at what is new, and decide anew.' })}
    <div class="stack"><section><h2>What changed</h2>
    <p>It is now: ${statusPill(open.view.status)}</p>
    ${
      told.length === 0
        ? html`<p>Its status has changed; who did what is told when the reviews are there.</p>`
        : html`<ul>${told.map((event) => html`<li><strong>${event.by === 'system' ? 'The airlock' : event.by}</strong> ${eventWords(event)} <span class="small quiet">${instant(new Date(event.at))}</span></li>`)}</ul>`
    }</section>
    ${
      texts.length === 0
        ? null
        : html`<section><h2>What you wrote</h2><p>It was not saved. Copy it from here if you still need it.</p>${texts.map(
            ([name, label]) =>
              html`<h3>${label}</h3><pre class="token" tabindex="0" role="region" aria-label="${label}">${fields.text(name)}</pre>`,
          )}</section>`
    }
    <p class="buttons"><a class="button primary" href="${back}">Look at it as it is now</a></p></div>`,
  });
}
