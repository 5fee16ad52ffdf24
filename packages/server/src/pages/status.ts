import { httpFaults } from '@vitrine/platform';
import {
  alert,
  card,
  type Html,
  heading,
  html,
  icon,
  instant,
  keyValues,
  pill,
} from '@vitrine/web';
import type { Call } from '../http/route.ts';
import { type BackendStatus, backendStatuses } from '../queries/places.ts';
import { respond } from './frame.ts';
import { isOlder, SILENCE_SECONDS } from './words.ts';

/** How the backends are. */
export async function statusPage(call: Call): Promise<Response> {
  const backends = (await backendStatuses(call.site.db)).filter(({ is_active }) => is_active);
  return await respond(call, {
    title: 'Status',
    liveHref: '/status/events',
    main: html`${heading({
      title: 'Status',
      lead: 'How each secure environment is, and how much it has to do.',
    })}
    <div class="stack">
    ${backends
      .filter(({ maintenance_at }) => maintenance_at !== null)
      .map(({ name, maintenance_at }) =>
        alert({
          tone: 'warning',
          title: 'Database maintenance mode enabled',
          body: html`${name}, since ${instant(maintenance_at)}: jobs that read the database wait until it is over. Others go on.`,
        }),
      )}
    <div class="tiles">${backends.map((backend) => backendCard(backend, call.now))}</div>
    ${backends.length === 0 ? html`<p>No backend is set up.</p>` : null}
    ${card({
      id: 'meaning',
      title: 'What the states mean',
      body: html`<p><strong>Missing</strong>: nothing has been heard of the backend for five minutes. Jobs wait until it is back; none is lost.</p>
      <p><strong>Paused</strong>: an operator has stopped new jobs from starting. What runs goes on.</p>
      <p><strong>Database maintenance mode</strong>: new data are being brought in. Jobs that read the database are held back and started again afterwards.</p>
      <p><strong>Restarting</strong>: the machine is about to restart. Its jobs are held back and started again afterwards.</p>
      <p><strong>Isolation self-test</strong>: when it starts, the agent tries to break out of its own sandbox. Where any try succeeds, it takes no jobs.</p>`,
    })}</div>`,
  });
}

function backendCard(backend: BackendStatus, now: Date): Html {
  const silent = isSilent(backend, now);
  return card({
    id: backend.slug,
    title: backend.name,
    live: true,
    actions: silent
      ? pill({ tone: 'danger', icon: 'warning', words: 'Missing' })
      : backend.draining_at
        ? pill({ tone: 'warning', icon: 'clock', words: 'Restarting' })
        : backend.paused_at
          ? pill({ tone: 'warning', icon: 'stop', words: 'Paused' })
          : backend.maintenance_at
            ? pill({ tone: 'warning', icon: 'clock', words: 'Maintenance' })
            : pill({ tone: 'success', icon: 'tick', words: 'Available' }),
    body: html`<dl class="figures"><div><dt>Running jobs</dt><dd>${backend.running}</dd></div><div><dt>Pending jobs</dt><dd>${backend.pending}</dd></div></dl>
    <hr>${keyValues([
      [
        `Last contact with ${backend.name} backend`,
        backend.last_seen_at ? instant(backend.last_seen_at) : 'Never',
      ],
      ['Maintenance mode', backend.maintenance_at && instant(backend.maintenance_at)],
      ['Paused', backend.paused_at && instant(backend.paused_at)],
      ['Restarting', backend.draining_at && instant(backend.draining_at)],
      ['Isolation self-test', selfTest(backend)],
    ])}`,
    footer: html`For programs: <a href="/status/${backend.slug}">/status/${backend.slug}</a>`,
  });
}

function selfTest({ self_test }: BackendStatus): Html {
  if (self_test === null) return html`<span class="quiet">No result yet</span>`;
  return self_test.passed
    ? html`${icon('tick')} Passed`
    : html`${icon('warning')} Failed: ${self_test.failed.join(', ')}`;
}

function isSilent({ last_seen_at }: BackendStatus, now: Date): boolean {
  return last_seen_at === null || isOlder(last_seen_at, SILENCE_SECONDS, now);
}

/** The same for programs: 200, or 503 where the backend is missing. */
export async function backendStatusText(call: Call): Promise<Response> {
  const name = call.http.req.param('backend') ?? '';
  const backend = (await backendStatuses(call.site.db)).find(({ slug }) => slug === name);
  if (backend === undefined) throw httpFaults.error('thing-unknown', { what: 'backend', name });
  const seen = backend.last_seen_at?.toISOString() ?? 'never';
  return call.http.text(
    `${backend.slug} last seen: ${seen}\ndatabase maintenance: ${backend.maintenance_at ? `on since ${backend.maintenance_at.toISOString()}` : 'off'}\n`,
    isSilent(backend, call.now) ? 503 : 200,
  );
}
