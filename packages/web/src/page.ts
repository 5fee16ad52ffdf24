import { type AssetName, assetPath } from './assets.ts';
import { type Alert, alert } from './components/alert.ts';
import { buttonForm } from './components/form.ts';
import { icon } from './components/icon.ts';
import { type Content, type Html, html } from './html.ts';

export interface Link {
  readonly label: string;
  readonly href: string;
}

/** Who looks at the page, as its head shows it. */
export type Account =
  | { readonly kind: 'anonymous'; readonly signInHref: string }
  | {
      readonly kind: 'person';
      readonly name: string;
      readonly csrf: string;
      readonly links: readonly Link[];
    };

export interface Page {
  readonly title: string;
  readonly siteName: string;
  readonly navigation: readonly (Link & { readonly current?: boolean })[];
  readonly account: Account;
  readonly breadcrumbs?: readonly Link[];
  readonly alerts?: readonly Alert[];
  /** A strip above everything: where this is not the real thing, or not for everybody. */
  readonly ribbon?: string | null;
  readonly main: Content;
  /** Where to listen for changes; what changed in the parts marked live is merged into them when one is told. */
  readonly liveHref?: string | null;
  /** What the page adds to the script of all pages. */
  readonly scripts?: readonly AssetName[];
  readonly footer: Content;
}

/** A whole page. It works without script and without style; both only add. */
export function page(given: Page): Html {
  const { title, siteName, breadcrumbs = [], alerts = [], liveHref } = given;
  const scripts: readonly AssetName[] = [
    'site.js',
    ...(liveHref ? (['live.js'] as const) : []),
    ...(given.scripts ?? []),
  ];
  return html`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<title>${title === siteName ? title : `${title} · ${siteName}`}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${assetPath('icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${assetPath('site.css')}">
${scripts.map((name) => html`<script src="${assetPath(name)}" type="module"></script>`)}
</head>
<body${liveHref ? html` data-events="${liveHref}"` : null}>
<a class="skip-link" href="#main">Skip to content</a>
<header class="site-header">${given.ribbon ? html`<p class="ribbon">${given.ribbon}</p>` : null}<div class="frame">
  <a class="brand" href="/">${icon('case')}<span>${siteName}</span></a>
  <nav aria-label="Site"><ul>${given.navigation.map(
    ({ label, href, current }) =>
      html`<li><a href="${href}"${current ? html` aria-current="page"` : null}>${label}</a></li>`,
  )}</ul></nav>
  ${accountMenu(given.account)}
</div></header>
${breadcrumbs.length > 0 ? breadcrumbTrail(breadcrumbs) : null}
<main id="main" class="frame" tabindex="-1">
${alerts.length > 0 ? html`<div class="alerts">${alerts.map(alert)}</div>` : null}
${given.main}
</main>
<footer class="site-footer"><div class="frame">${given.footer}</div></footer>
${liveHref ? notConnected : null}
</body>
</html>`;
}

/** What a live page says where it is not told of changes for a while. */
const notConnected = html`<div class="connection" role="status"><p data-connection hidden>Not connected: this page shows how things stood at <time></time>. Trying again.</p></div>`;

function accountMenu(account: Account): Html {
  if (account.kind === 'anonymous') {
    return html`<a class="button account" href="${account.signInHref}">Sign in</a>`;
  }
  return html`<details class="account menu"><summary class="button">${account.name}</summary><div class="menu-body">
  <ul>${account.links.map(({ label, href }) => html`<li><a href="${href}">${label}</a></li>`)}</ul>
  ${buttonForm('/sign-out', account.csrf, 'Sign out')}
</div></details>`;
}

function breadcrumbTrail(links: readonly Link[]): Html {
  return html`<nav class="breadcrumbs frame" aria-label="Breadcrumb"><ol>${links.map(
    ({ label, href }, index) =>
      html`<li><a href="${href}"${index === links.length - 1 ? html` aria-current="page"` : null}>${label}</a></li>`,
  )}</ol></nav>`;
}

export interface Heading {
  readonly title: string;
  /** Small facts below the title, each with its name for those who do not see icons. */
  readonly facts?: Content | undefined;
  readonly lead?: Content | undefined;
  readonly actions?: Content;
}

/** The head of a page's content. */
export function heading({ title, facts, lead, actions }: Heading): Html {
  return html`<div class="heading"><div class="heading-row"><h1>${title}</h1>${
    actions === undefined ? null : html`<div class="buttons">${actions}</div>`
  }</div>${facts === undefined ? null : html`<ul class="facts">${facts}</ul>`}${
    lead === undefined ? null : html`<p class="lead">${lead}</p>`
  }</div>`;
}
