/**
 * What the demo's people do with outputs, on the pages and in their names: one release request is approved by two reviewers, released
 * and published; another one comes back with findings.
 */
import type { RunningAirlock } from '@vitrine/airlock';
import { FIRST_LOOK_WORKSPACE, HOME_WORKSPACE } from './seed-demo.ts';
import { Visitor } from './visitor.ts';

export interface DemoReview {
  /** Path of the request that was returned, inside. */
  readonly returned: string;
  /** Path of the release on the site. */
  readonly release: string;
  /** Path of the publication on the site. */
  readonly publication: string;
}

const TABLE = 'output/bp_table_counts.csv';
const FIGURE = 'output/bp_plot_timeseries.png';
const FIRST_LOOK = 'output/population_by_region.csv';

/** Who reviews; neither is the author. */
const REVIEWERS = ['output-checker', 'second-checker'] as const;

/**
 * @param site where the job server is
 * @param tell called with each step
 */
export async function reviewOutputs(
  site: string,
  running: RunningAirlock,
  tell: (line: string) => void,
): Promise<DemoReview> {
  const author = await signIn(site, running.url, 'researcher');
  const reviewers = await Promise.all(
    REVIEWERS.map(async (name) => await signIn(site, running.url, name)),
  );
  const [first, second] = reviewers;
  if (first === undefined || second === undefined) throw new Error('two reviewers are needed');

  const weekly = await ask(author, {
    workspace: HOME_WORKSPACE,
    files: [TABLE, FIGURE],
    group: 'Weekly counts',
    explanation: {
      variables: 'Patients with a blood pressure code in the week, by week.',
      population: 'Registered adults who ever had such a code; about 10,000 in the database.',
      relation: 'None was released before.',
      about: 'The figure draws the counts of the table.',
      threshold: 'Counts of 7 or fewer are redacted in analysis/home_monitoring.py.',
      rounding: 'Counts are rounded to the nearest 5.',
    },
  });
  tell(`The researcher asks for the release of ${TABLE} and ${FIGURE}.`);
  for (const reviewer of reviewers) {
    for (const file of [TABLE, FIGURE]) {
      await reviewer.send(`${weekly}/files/${file}`, `${weekly}/vote`, { vote: 'approved' });
    }
    await reviewer.send(weekly, `${weekly}/submit-review`, {});
  }
  await second.send(weekly, `${weekly}/approve`, {});
  await released(running, weekly);
  const release = weekly.replace('/requests/', '/releases/');
  tell('Two output checkers approve both; the files are released.');

  const publication = await publish(site);
  tell('The researcher prepares a publication of them, and an output publisher makes it public.');

  const returned = await ask(author, {
    workspace: FIRST_LOOK_WORKSPACE,
    files: [FIRST_LOOK],
    group: 'Regions',
    explanation: {
      variables: 'Registered patients by region and sex, and the age of the oldest.',
      population: 'Everybody who is registered on 1 April 2022.',
      relation: 'None.',
      threshold: 'None.',
      rounding: 'None.',
    },
  });
  for (const reviewer of reviewers) {
    await reviewer.send(`${returned}/files/${FIRST_LOOK}`, `${returned}/vote`, {
      vote: 'changes-requested',
    });
    await reviewer.send(returned, `${returned}/comment`, {
      group: 'Regions',
      visibility: 'public',
      text: 'Please redact counts of 7 or fewer, round all others to the nearest 5, and leave out the maximum age.',
    });
    await reviewer.send(returned, `${returned}/submit-review`, {});
  }
  await first.send(returned, `${returned}/return`, {});
  tell(`${FIRST_LOOK} goes back to the researcher with what was found in it.`);
  return { returned, release, publication };
}

/** Somebody who has made a single-use token on the site and signed in to the airlock with it. */
async function signIn(site: string, airlock: string, username: string): Promise<Visitor> {
  const outside = await onSite(site, username);
  const page = await outside.send('/account', '/account/airlock-token', {});
  const token = /[a-z2-7]{4}(?:-[a-z2-7]{4}){2}/.exec(page)?.[0] ?? '';
  const inside = new Visitor(airlock);
  await inside.send('/sign-in', '/sign-in', { username, token });
  return inside;
}

async function onSite(site: string, username: string): Promise<Visitor> {
  const visitor = new Visitor(site);
  await visitor.send('/sign-in', '/sign-in/development', { username });
  return visitor;
}

interface Asked {
  readonly workspace: string;
  readonly files: readonly string[];
  readonly group: string;
  readonly explanation: Readonly<Record<string, string>>;
}

/** Makes a release request and hands it in; gives its path. */
async function ask(
  author: Visitor,
  { workspace, files, group, explanation }: Asked,
): Promise<string> {
  const place = `/workspaces/${workspace}`;
  await author.send(place, `${place}/add`, { file: files, group, type: 'output' });
  const list = await author.open('/requests');
  const requests = [...list.matchAll(/href="(\/requests\/[a-z2-7]{16})"/g)];
  // The newest is the author's last one, whose status is not final.
  const pages = await Promise.all(
    requests.map(async ([, path = '']) => ({ path, page: await author.open(path) })),
  );
  const made = pages.find(({ path, page }) => page.includes(`action="${path}/submit"`));
  if (made === undefined) throw new Error('the request that was made is not in the list');
  const { path } = made;
  await author.send(
    `${path}/group?name=${encodeURIComponent(group)}`,
    `${path}/edit-group`,
    explanation,
  );
  await author.send(path, `${path}/submit`, { policy: 'yes' });
  return path;
}

/** Resolves when all bytes of an approved request are at the job server. */
async function released({ airlock }: RunningAirlock, path: string): Promise<void> {
  const id = path.slice('/requests/'.length);
  for (;;) {
    const change = Promise.withResolvers<void>();
    const forget = airlock.database.changes.listen([`request:${id}`], change.resolve);
    try {
      if ((await airlock.requests.read(id))?.request.status === 'released') return;
      await change.promise;
    } finally {
      forget();
    }
  }
}

/** A draft by the researcher, made public by a publisher; gives its path. */
async function publish(site: string): Promise<string> {
  const list = `/workspaces/${HOME_WORKSPACE}/publications`;
  const researcher = await onSite(site, 'researcher');
  const form = await researcher.open(`${list}/new`);
  const files = [...form.matchAll(/name="file" value="(\d+)"/g)].map(([, file = '']) => file);
  const draft = await researcher.send(`${list}/new`, list, {
    file: files,
    title: 'Blood pressure at home, week by week',
    description:
      'How often blood pressures measured at home were recorded, April 2019 to May 2022.',
  });
  const [, path = ''] = /action="(\/publications\/[a-z2-7]{16})\//.exec(draft) ?? [];
  const publisher = await onSite(site, 'output-publisher');
  await publisher.send(path, `${path}/publish`, {});
  return path;
}
