/** The files of the demo: made anew each time, so that every demo begins the same. */
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { abandonDataFolder } from '@vitrine/agent';
import { runGit } from '@vitrine/runner';
import { agentMachine } from '../agent-machine.ts';
import { cliFaults } from '../faults.ts';
import { makeOwnFolder } from '../own-folder.ts';
import { makeDemoDatabase } from './demo-database.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

export interface DemoFiles {
  readonly folder: string;
  /** Of the server: its database and its copies of repositories. */
  readonly server: string;
  /** The agent's data folder. */
  readonly agent: string;
  /** Holds the address of the database that the agent reads. */
  readonly databaseAddress: string;
  readonly homeMonitoring: DemoRepository;
  readonly vaccineStudy: DemoRepository;
  readonly firstLook: DemoRepository;
}

/** A repository with one study. */
export interface DemoRepository {
  readonly folder: string;
  readonly branch: string;
  readonly commit: string;
}

/**
 * Throws away what an earlier demo left, makes the three studies into repositories and a synthetic database of records.
 * @throws FaultError demo-folder-holds-other-files, folder-unusable, data-folder-in-use while another demo runs
 */
export async function makeDemoFolder(folder: string): Promise<DemoFiles> {
  await makeOwnFolder(folder);
  await refuseOtherFiles(folder);
  const agent = join(folder, 'agent');
  if (existsSync(agent)) {
    const { settings } = await agentMachine(agent, process.env);
    await abandonDataFolder(agent, settings.executors, () => {});
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  const repositories = join(folder, 'repositories');
  await mkdir(join(folder, 'server'), { recursive: true });
  const databaseAddress = await makeDemoDatabase(folder, join(root, 'examples/home-monitoring'));
  return {
    folder,
    server: join(folder, 'server'),
    agent,
    databaseAddress,
    homeMonitoring: await makeRepository(
      join(root, 'examples/home-monitoring'),
      join(repositories, 'home-monitoring'),
      'main',
    ),
    vaccineStudy: await makeRepository(
      join(import.meta.dirname, 'vaccine-study'),
      join(repositories, 'vaccine-study'),
      'effectiveness',
    ),
    firstLook: await makeRepository(
      join(import.meta.dirname, 'first-look-study'),
      join(repositories, 'first-look-study'),
      'main',
    ),
  };
}

/** What a demo leaves, but for the database that it did not finish, which begins with a dot. */
const MADE_BY_DEMO: ReadonlySet<string> = new Set([
  'agent',
  'agent.json',
  'agent.log',
  'airlock',
  'database-address',
  'records.duckdb',
  'repositories',
  'server',
]);

/** Nobody's own files are thrown away because they named the wrong folder. */
async function refuseOtherFiles(folder: string): Promise<void> {
  const entries = await readdir(folder);
  const entry = entries.find(
    (name) => !MADE_BY_DEMO.has(name) && !name.startsWith('.records.duckdb-'),
  );
  if (entry !== undefined) {
    throw cliFaults.error('demo-folder-holds-other-files', { folder, entry });
  }
}

/** Who and when, so that the commit is the same on every machine. */
const COMMITTER = {
  GIT_AUTHOR_NAME: 'Researcher',
  GIT_AUTHOR_EMAIL: 'researcher@example.org',
  GIT_AUTHOR_DATE: '2022-05-12T09:00:00Z',
  GIT_COMMITTER_NAME: 'Researcher',
  GIT_COMMITTER_EMAIL: 'researcher@example.org',
  GIT_COMMITTER_DATE: '2022-05-12T09:00:00Z',
};

/** What running the study in place leaves behind. */
const NOT_CODE = /(?:^|\/)(?:\.vitrine|metadata|output|__pycache__|\.git)(?:\/|$)/;

async function makeRepository(
  study: string,
  folder: string,
  branch: string,
): Promise<DemoRepository> {
  await cp(study, folder, {
    recursive: true,
    filter: (path) => !NOT_CODE.test(path.slice(study.length)),
  });
  const git = { folder, environment: COMMITTER };
  await runGit(['init', '--quiet', `--initial-branch=${branch}`], git);
  await runGit(['add', '--all'], git);
  await runGit(['commit', '--quiet', '--message=The study as it was run'], git);
  const commit = (await runGit(['rev-parse', 'HEAD'], git)).trim();
  return { folder, branch, commit };
}
