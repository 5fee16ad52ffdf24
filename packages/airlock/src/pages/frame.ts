import { type Shown, securityHeaders } from '@vitrine/platform';
import { type Alert, html, type Page, STUDY_FRAME_SOURCE, page as webPage } from '@vitrine/web';
import type { Call } from '../http/route.ts';
import { addresses } from './addresses.ts';

/** What a page says at its top after a form has been sent: `?done=` names one of these, never a text. */
const done: Readonly<Record<string, Alert>> = {
  added: { tone: 'success', title: 'The files are in the release request.' },
  saved: { tone: 'success', title: 'The changes have been saved.' },
  submitted: { tone: 'success', title: 'The request is with the reviewers.' },
  'review-submitted': { tone: 'success', title: 'Your review has been handed in.' },
  returned: { tone: 'success', title: 'The request is with its author again.' },
  approved: { tone: 'success', title: 'The request is approved; its files are on their way.' },
  rejected: { tone: 'success', title: 'The request has been rejected.' },
  recalled: { tone: 'success', title: 'The approval has been taken back; nothing more is sent.' },
  retried: { tone: 'success', title: 'The upload is tried again.' },
  withdrawn: { tone: 'success', title: 'The request has been withdrawn.' },
  commented: { tone: 'success', title: 'Your comment has been added.' },
  voted: { tone: 'success', title: 'Your vote has been noted.' },
  'signed-out': { tone: 'success', title: 'You have been signed out.' },
};

/** Wraps the content of a page in the frame of the airlock and answers with it. */
export function respond(call: Call, shown: Shown): Response {
  const { http, airlock, person, csrf } = call;
  const told = done[http.req.query('done') ?? ''];
  const here = http.req.path;
  const link = (label: string, href: string): Page['navigation'][number] => ({
    label,
    href,
    current: here === href,
  });
  const page: Page = {
    title: shown.title,
    siteName: `Airlock of ${airlock.backendName}`,
    navigation: [
      link('Workspaces', addresses.home),
      link('Release requests', addresses.requests),
      link('Turnaround', addresses.turnaround),
    ],
    account:
      person === null
        ? { kind: 'anonymous', signInHref: addresses.signIn() }
        : { kind: 'person', name: person.name, csrf, links: [] },
    ribbon: airlock.development
      ? 'Development: made-up people and dummy data, not a secure environment'
      : 'Nothing that you see here may be told, shown or copied before it is released',
    alerts: [...(told ? [told] : []), ...(shown.alerts ?? [])],
    main: shown.main,
    ...(shown.breadcrumbs ? { breadcrumbs: shown.breadcrumbs } : {}),
    ...(shown.liveHref ? { liveHref: shown.liveHref } : {}),
    ...(shown.hasKeys ? { scripts: ['keys.js'] } : {}),
    footer: html`<p>Moderately sensitive outputs are looked at here, by two reviewers independently of each other, before any of them
leaves.</p>`,
  };
  if (shown.frames === true) {
    const policy = securityHeaders(airlock.development)['content-security-policy'];
    http.header('content-security-policy', `${policy}; ${STUDY_FRAME_SOURCE}`);
  }
  return http.html(webPage(page).toString(), shown.status ?? 200) as Response;
}
