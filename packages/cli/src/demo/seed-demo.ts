/** Who and what the demo's site begins with. People carry the names of their roles. */
import {
  type Context,
  type CreatedJobRequest,
  createJobRequest,
  issueToken,
  type RoleName,
} from '@vitrine/server';
import type { DemoFiles } from './demo-folder.ts';

type Database = Context['database']['db'];

export interface DemoPlaces {
  /** Bearer token of the backend for its agent. */
  readonly token: string;
  /** And for its airlock. */
  readonly airlockToken: string;
  /** Key of the person who asks for the jobs. */
  readonly researcher: number;
}

interface PersonSeed {
  readonly username: string;
  readonly name: string;
  readonly roles: readonly RoleName[];
}

const PEOPLE: readonly PersonSeed[] = [
  { username: 'researcher', name: 'Researcher', roles: [] },
  { username: 'collaborator', name: 'Project collaborator', roles: [] },
  { username: 'output-checker', name: 'Output checker', roles: ['output-checker'] },
  { username: 'second-checker', name: 'Second output checker', roles: ['output-checker'] },
  { username: 'output-publisher', name: 'Output publisher', roles: ['output-publisher'] },
  {
    username: 'staff',
    name: 'Staff',
    roles: [
      'staff-area-administrator',
      'service-administrator',
      'tech-support',
      'deployment-administrator',
    ],
  },
];

/** The slug of the demo's backend. */
export const BACKEND = 'tpp';

export const HOME_WORKSPACE = 'nhs_at_home_main';
export const VACCINE_WORKSPACE = 'covid-vaccine-preliminary-study_effectiveness';
export const FIRST_LOOK_WORKSPACE = 'nhs_at_home_first_look';

/** Fills an empty database. */
export async function seedDemo(context: Context, files: DemoFiles): Promise<DemoPlaces> {
  const { db } = context.database;
  const now = context.clock();
  const backend = await insertBackend(db, now);
  const people = new Map<string, number>();
  for (const { username, name, roles } of PEOPLE) {
    const id = await insertPerson(db, { username, name }, now);
    people.set(username, id);
    for (const role of roles) await give(db, id, role, { scope: 'global' }, now);
  }
  const researcher = people.get('researcher') ?? 0;
  const collaborator = people.get('collaborator') ?? 0;
  await give(db, researcher, 'backend-user', { scope: 'backend', backend_id: backend }, now);
  const studies = [
    {
      organisation: { slug: 'nhsei', name: 'NHSE/I', description: 'NHS England and Improvement.' },
      project: { slug: 'nhs-at-home', name: 'NHS @home', number: '53' },
      workspaces: [
        {
          name: HOME_WORKSPACE,
          repository: files.homeMonitoring,
          purpose: 'How often patients are monitored at home, week by week.',
        },
        {
          name: FIRST_LOOK_WORKSPACE,
          repository: files.firstLook,
          purpose: 'Who is registered where, before anything is counted.',
        },
      ],
    },
    {
      organisation: {
        slug: 'bennett-institute',
        name: 'Bennett Institute',
        description: 'The Bennett Institute for Applied Data Science.',
      },
      project: {
        slug: 'covid-vaccine-effectiveness',
        name: 'Covid vaccine effectiveness',
        number: '29',
      },
      workspaces: [
        {
          name: VACCINE_WORKSPACE,
          repository: files.vaccineStudy,
          purpose: 'A first look at who has been vaccinated.',
        },
      ],
    },
  ];
  for (const { organisation, project, workspaces } of studies) {
    const { id: organisationId } = await db
      .insertInto('organisation')
      .values({ ...organisation, created_at: now })
      .returning('id')
      .executeTakeFirstOrThrow();
    const { id: projectId } = await db
      .insertInto('project')
      .values({ ...project, lead_organisation_id: organisationId, created_at: now })
      .returning('id')
      .executeTakeFirstOrThrow();
    const rows = workspaces.map(({ name, repository, purpose }) => ({
      name,
      project_id: projectId,
      repository: repository.folder,
      branch: repository.branch,
      purpose,
      created_by: researcher,
      created_at: now,
      updated_at: now,
    }));
    await db.insertInto('workspace').values(rows).execute();
    const onProject = { scope: 'project', project_id: projectId } as const;
    await give(db, researcher, 'project-developer', onProject, now);
    await give(db, collaborator, 'project-collaborator', onProject, now);
    const inOrganisation = { scope: 'organisation', organisation_id: organisationId } as const;
    await give(db, researcher, 'organisation-member', inOrganisation, now);
  }
  const [token = '', airlockToken = ''] = await Promise.all(
    (['agent', 'airlock'] as const).map((scope) =>
      issueToken(db, {
        owner: { backendId: backend },
        label: `The ${scope} of the demo`,
        scopes: [scope],
        createdBy: people.get('staff') ?? null,
        now,
      }),
    ),
  );
  return { token, airlockToken, researcher };
}

/** The job requests of the demo, in the order in which they are asked for. */
export interface DemoRequests {
  readonly vaccine: CreatedJobRequest;
  readonly home: CreatedJobRequest;
  readonly firstLook: CreatedJobRequest;
}

/** Asks for what was asked for in 2021 and in 2022, under the numbers of then, and for a table that no checker lets pass. */
export async function submitDemo(
  context: Context,
  files: DemoFiles,
  places: DemoPlaces,
): Promise<DemoRequests> {
  const { researcher } = places;
  const vaccine = await createJobRequest(context, {
    workspace: VACCINE_WORKSPACE,
    backend: BACKEND,
    requestedBy: researcher,
    actions: ['generate_delivery_cohort'],
    commit: files.vaccineStudy.commit,
    given: { number: 559, identifier: 'sww5o4exlhq3h7al' },
  });
  const home = await createJobRequest(context, {
    workspace: HOME_WORKSPACE,
    backend: BACKEND,
    requestedBy: researcher,
    actions: ['generate_study_population_bp', 'generate_bp_timeseries', 'generate_bp_breakdowns'],
    commit: files.homeMonitoring.commit,
    given: { number: 8356, identifier: '3uh4s3ep7kte6hfe' },
  });
  return { vaccine, home, firstLook: await submitFirstLook(context, files, places) };
}

/** Asks for the table that no checker lets pass. */
export async function submitFirstLook(
  context: Context,
  { firstLook }: DemoFiles,
  { researcher }: DemoPlaces,
): Promise<CreatedJobRequest> {
  return await createJobRequest(context, {
    workspace: FIRST_LOOK_WORKSPACE,
    backend: BACKEND,
    requestedBy: researcher,
    actions: ['generate_population', 'describe_population'],
    commit: firstLook.commit,
    given: { number: 8357, identifier: 'firstlookregions' },
  });
}

async function insertBackend(db: Database, now: Date): Promise<number> {
  const row = await db
    .insertInto('backend')
    .values({
      slug: BACKEND,
      name: 'TPP',
      database_slots: 2,
      other_slots: 2,
      cpus: 1,
      created_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

async function insertPerson(
  db: Database,
  { username, name }: Pick<PersonSeed, 'username' | 'name'>,
  now: Date,
): Promise<number> {
  const row = await db
    .insertInto('person')
    .values({ username, name, email: `${username}@example.org`, created_at: now })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

type Scope =
  | { readonly scope: 'global' }
  | { readonly scope: 'organisation'; readonly organisation_id: number }
  | { readonly scope: 'project'; readonly project_id: number }
  | { readonly scope: 'backend'; readonly backend_id: number };

async function give(
  db: Database,
  person: number,
  role: RoleName,
  scope: Scope,
  now: Date,
): Promise<void> {
  await db
    .insertInto('membership')
    .values({ person_id: person, role, ...scope, created_at: now })
    .execute();
}
