import { relative, resolve } from 'node:path';
import { isFinal } from '@vitrine/protocol';
import { openDatabase } from '@vitrine/server';
import type { CommandResult } from '../command.ts';
import { startAgentProcess } from '../demo/agent-process.ts';
import { checkPages, type PageCheck } from '../demo/check-pages.ts';
import { startDemoAirlock } from '../demo/demo-airlock.ts';
import { makeDemoFolder } from '../demo/demo-folder.ts';
import { type DemoJob, describeJob, followRequests } from '../demo/follow-requests.ts';
import { reviewOutputs } from '../demo/review-outputs.ts';
import { seedDemo, submitDemo } from '../demo/seed-demo.ts';
import type { Terminal } from '../output/terminal.ts';
import { untilToldToStop } from '../signals.ts';
import { listen } from './serve.ts';

export interface DemoOptions {
  /** 0 takes any free one. */
  readonly port: number;
  readonly host: string;
  /** Ours alone: thrown away at the beginning of each demo. */
  readonly folder: string;
  /** Ends when the job requests have, with a look at the pages. */
  readonly exit: boolean;
  readonly json: boolean;
}

/**
 * `vitrine demo`: a server, an agent, an airlock, a synthetic database and three studies, on this machine alone; three job requests, of which
 * one fails.
 */
export async function demo(terminal: Terminal, options: DemoOptions): Promise<CommandResult> {
  const say = (line: string): void => {
    if (!options.json) terminal.err(`${line}\n`);
  };
  await using closing = new AsyncDisposableStack();
  say('Making a synthetic database of 10,000 patients …');
  const files = await makeDemoFolder(resolve(options.folder));
  const database = await openDatabase({ url: null, dataDir: files.server });
  closing.defer(() => database.close());
  const { port, host } = options;
  const server = await listen(terminal, {
    database,
    data: files.server,
    port,
    host,
    development: true,
  });
  closing.defer(() => server.close());
  const places = await seedDemo(server.site, files);
  const agent = await startAgentProcess(server.url, places.token, files);
  closing.defer(() => agent.stop());
  const airlock = await startDemoAirlock(server.url, places.airlockToken, files, {
    host,
    port: port === 0 ? 0 : port + 1,
    reportError: (error) =>
      terminal.err(`The airlock failed: ${error instanceof Error ? error.message : error}\n`),
  });
  closing.use(airlock);
  const requests = await submitDemo(server.site, files, places);
  terminal.err(`The demo is at ${server.url}\n`);
  say(`Its airlock is at ${airlock.running.url}`);

  const stop = new AbortController();
  closing.defer(() => stop.abort());
  const told = untilToldToStop(() => {
    agent.kill();
    process.exit(130);
  }).then(() => stop.abort());
  const following = followRequests(
    server.site,
    [requests.vaccine, requests.home, requests.firstLook],
    (job) => say(`  ${describeJob(job)}`),
    stop.signal,
  );
  const jobs = await Promise.race([following, agent.failed]);
  const links = [requests.home, requests.vaccine].map(
    ({ number }) => `${server.url}/job-requests/${number}`,
  );
  const review = stop.signal.aborted
    ? null
    : await reviewOutputs(server.url, airlock.running, (line) => say(`  ${line}`));
  const outputs =
    review === null
      ? []
      : [
          `${server.url}${review.release}`,
          `${server.url}${review.publication}`,
          `${airlock.running.url}${review.returned}`,
        ];
  const value = {
    url: server.url,
    airlock: airlock.running.url,
    requests: links,
    outputs,
    jobs,
    folder: files.folder,
  };
  if (options.exit) {
    const checks = review === null ? [] : await checkPages(server.url, jobs, review, files);
    const ok = checks.length > 0 && checks.every(({ missing }) => missing.length === 0);
    return { text: report(jobs, checks), value: { ok, ...value, checks }, exitCode: ok ? 0 : 1 };
  }
  if (!stop.signal.aborted) {
    say(`\n${whatToLookAt(server.url, [...links, ...outputs])}`);
    say(`Outputs are in ${relative(process.cwd(), files.agent) || '.'}. Stop with Ctrl-C.`);
    await Promise.race([told, agent.failed]);
  }
  return { value: { ok: jobs.every(({ code }) => isFinal(code)), ...value } };
}

/** What each of the links shows, in their order. */
const SHOWN = [
  'a job request that succeeded',
  'one that failed, as it is meant to: its study has a fault',
  'what two output checkers let out',
  'what was published of it, for everybody',
  'in the airlock: a table that went back to its author',
] as const;

function whatToLookAt(site: string, links: readonly string[]): string {
  const lines = links.map((link, index) => `  ${link}\n      ${SHOWN[index]}\n`);
  return `${lines.join('')}
To sign in, choose somebody at ${site}/sign-in; there is no password.
The airlock asks for a single-use token: make one at ${site}/account.`;
}

function report(jobs: readonly DemoJob[], checks: readonly PageCheck[]): string {
  const lines = checks.map(({ subject, missing }) =>
    missing.length === 0 ? `  ✓ ${subject}` : `  ✗ ${subject}: no ${missing.join(', no ')}`,
  );
  const ended = jobs.filter(({ code }) => isFinal(code)).length;
  return `${ended} of ${jobs.length} jobs ended. The pages show:\n${lines.join('\n')}\n`;
}
