import { type Shown, securityHeaders } from '@vitrine/platform';
import { type Alert, html, type Page, STUDY_FRAME_SOURCE, page as webPage } from '@vitrine/web';
import type { Call } from '../http/route.ts';
import { may } from '../people/actor.ts';
import { currentAlerts } from '../queries/site-alerts.ts';
import { addresses } from './addresses.ts';

/** What a page says at its top after a form has been sent: `?done=` names one of these, never a text. */
const done: Readonly<Record<string, Alert>> = {
  submitted: { tone: 'success', title: 'The requested actions have been scheduled to run.' },
  'nothing-to-do': { tone: 'warning', title: 'No actions were scheduled: there is nothing to do.' },
  cancelled: { tone: 'success', title: 'The jobs that were not finished have been cancelled.' },
  'cancelled-one': { tone: 'success', title: 'The job has been cancelled.' },
  'not-cancelled': { tone: 'info', title: 'There was nothing left to cancel.' },
  saved: { tone: 'success', title: 'The changes have been saved.' },
  archived: { tone: 'success', title: 'The workspace has been archived.' },
  unarchived: { tone: 'success', title: 'The workspace is no longer archived.' },
  'signed-out': { tone: 'success', title: 'You have been signed out.' },
  prepared: {
    tone: 'success',
    title: 'The draft is ready. An output publisher can make it public.',
  },
  'same-set': {
    tone: 'info',
    title: 'These files are a publication already: this one. Nothing new has been made.',
  },
  published: { tone: 'success', title: 'The publication is public now.' },
  discarded: { tone: 'success', title: 'The draft has been discarded.' },
  withdrawn: { tone: 'success', title: 'The publication has been withdrawn.' },
  'taken-back': { tone: 'success', title: 'The file has been taken back.' },
  revoked: { tone: 'success', title: 'The token has been revoked.' },
};

/** Wraps the content of a page in the frame of the site and answers with it. */
export async function respond(call: Call, shown: Shown): Promise<Response> {
  const { http, site, person, csrf } = call;
  const told = done[http.req.query('done') ?? ''];
  const siteAlerts = await currentAlerts(site, call.now);
  const path = http.req.path;
  const page: Page = {
    title: shown.title,
    siteName: site.name,
    navigation: [
      { label: 'Event log', href: addresses.eventLog, current: path === addresses.eventLog },
      {
        label: 'Organisations',
        href: addresses.organisations,
        current: path === addresses.organisations,
      },
      {
        label: 'Publications',
        href: addresses.allPublications,
        current: path === addresses.allPublications,
      },
      { label: 'Status', href: addresses.status, current: path === addresses.status },
    ],
    account:
      person === null
        ? {
            kind: 'anonymous',
            signInHref: addresses.signIn(path === '/sign-in' ? undefined : path),
          }
        : {
            kind: 'person',
            name: person.name,
            csrf,
            links: [
              { label: 'Your page', href: addresses.person(person.username) },
              { label: 'Account and tokens', href: addresses.account },
              ...(may(person, 'staff_area_access')
                ? [{ label: 'Staff area', href: addresses.staff }]
                : []),
            ],
          },
    ribbon: site.development
      ? 'Development: made-up people and dummy data, not a secure environment'
      : null,
    alerts: [...siteAlerts, ...(told ? [told] : []), ...(shown.alerts ?? [])],
    main: shown.main,
    ...(shown.breadcrumbs ? { breadcrumbs: shown.breadcrumbs } : {}),
    ...(shown.liveHref ? { liveHref: shown.liveHref } : {}),
    ...(shown.hasKeys ? { scripts: ['keys.js'] } : {}),
    footer: html`<ul>
      <li><a href="${addresses.eventLog}">Event log</a></li>
      <li><a href="${addresses.people}">People</a></li>
      <li><a href="/api/v1/openapi.json">API</a></li>
      <li><a href="/security-levels">Security levels</a></li>
    </ul>
    <p>Open code runs on sealed health records. Everything that is done is visible to everybody; nothing inside can be touched.</p>`,
  };
  if (shown.frames === true) {
    const policy = securityHeaders(site.development)['content-security-policy'];
    http.header('content-security-policy', `${policy}; ${STUDY_FRAME_SOURCE}`);
  }
  return http.html(webPage(page).toString(), shown.status ?? 200);
}
