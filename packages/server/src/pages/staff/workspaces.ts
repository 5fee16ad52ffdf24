import { sendTo } from '@vitrine/platform';
import {
  breakable,
  buttonForm,
  card,
  html,
  instant,
  keyValues,
  repositoryName,
} from '@vitrine/web';
import { sql } from 'kysely';
import type { Call } from '../../http/route.ts';
import { type ListedProject, type ListedWorkspace, listProjects } from '../../queries/places.ts';
import type { WorkspaceDetail } from '../../queries/workspace-page.ts';
import { addresses } from '../addresses.ts';
import { carryOut, containing, keyOf, searchOf } from '../carry-out.ts';
import { ownForm } from '../change-jobs.ts';
import { type FormRules, readFields, ruledForm, type Values, type Wrong } from '../form-rules.ts';
import { archivePill, workspaceTable } from '../places.ts';
import { workspaceOf } from '../workspace.ts';
import { respondStaff, searchBar } from './frame.ts';

/** Most that the list shows at a time. */
const LIMIT = 200;

export async function staffWorkspacesPage(call: Call): Promise<Response> {
  const search = searchOf(call);
  const part = containing(search);
  const { rows } = await sql<ListedWorkspace>`
    select w.id, w.name, w.repository, w.branch, w.purpose, w.is_archived, p.name as project, p.slug as project_slug,
      (select r.created_at from job_request r where r.workspace_id = w.id order by r.number desc limit 1) as last_at
    from workspace w join project p on p.id = w.project_id
    where w.name ilike ${part} or w.repository ilike ${part} or p.name ilike ${part}
    order by w.is_archived, w.name limit ${LIMIT + 1}`.execute(call.site.db);
  return await respondStaff(call, {
    title: 'Workspaces',
    main: html`${searchBar('Search by name, repository or project', search)}
    ${card({
      id: 'workspaces',
      title: 'Workspaces',
      flush: true,
      body: workspaceTable(rows.slice(0, LIMIT), true, (name) => `/staff/workspaces/${name}`),
      footer:
        rows.length > LIMIT ? `The first ${LIMIT} are shown; search to see others.` : undefined,
    })}`,
  });
}

type Edited = 'project' | 'purpose';

const rulesOf = (projects: readonly ListedProject[]): FormRules<Edited> => ({
  project: {
    kind: 'choice',
    label: 'Project',
    hint: 'Who has a role on the project may work in the workspace. Moving it takes that from some and gives it to others; its job requests move with it.',
    options: projects.map(({ id, name, number }) => ({
      value: String(id),
      label: number === null ? name : `${number} - ${name}`,
    })),
  },
  purpose: { kind: 'area', label: 'Workspace purpose', maxLength: 2000 },
});

export async function staffWorkspacePage(
  call: Call,
  values: Partial<Values<Edited>> | null = null,
  wrong: Wrong<Edited> | null = null,
): Promise<Response> {
  const workspace = await workspaceOf(call);
  const projects = await listProjects(call.site.db, null);
  const address = `/staff/workspaces/${workspace.name}`;
  return await respondStaff(call, {
    title: workspace.name,
    lead: html`<a href="${addresses.workspace(workspace.name)}">Public page of the workspace</a>`,
    status: wrong === null ? 200 : 422,
    main: html`${card({
      id: 'workspace',
      title: 'Workspace',
      actions: archivePill(workspace.is_archived),
      body: html`<div class="wide">${facts(workspace)}</div>`,
      footer: buttonForm(
        `${address}/archive`,
        call.csrf,
        workspace.is_archived ? 'Unarchive workspace' : 'Archive workspace',
        workspace.is_archived ? 'plain' : 'danger',
      ),
    })}
    ${card({
      id: 'edit',
      title: 'Move or describe',
      body: ruledForm({
        action: address,
        csrf: call.csrf,
        rules: rulesOf(projects),
        values: values ?? { project: String(workspace.project_id), purpose: workspace.purpose },
        wrong,
        submit: 'Save',
      }),
    })}`,
  });
}

function facts(workspace: WorkspaceDetail) {
  return keyValues([
    ['Project', html`<a href="/staff/projects/${workspace.project_slug}">${workspace.project}</a>`],
    ['Organisation', workspace.organisation],
    ['Repository', html`${breakable(repositoryName(workspace.repository))}`],
    ['Branch', html`<code>${workspace.branch}</code>`],
    ['Created', instant(workspace.created_at)],
    ['Created by', workspace.created_by],
    [
      'Latest job request',
      workspace.latest_number === null
        ? 'None'
        : html`<a href="${addresses.request(workspace.latest_number)}">${workspace.latest_number}</a>`,
    ],
  ]);
}

export async function staffEditWorkspace(call: Call): Promise<Response> {
  const fields = await ownForm(call);
  const workspace = await workspaceOf(call);
  const projects = await listProjects(call.site.db, null);
  const { values, wrong } = readFields(fields, rulesOf(projects));
  if (wrong !== null) return await staffWorkspacePage(call, values, wrong);
  const project = projects.find(({ id }) => id === keyOf(values.project));
  const moves = project !== undefined && project.id !== workspace.project_id;
  await carryOut(
    call,
    {
      kind: moves ? 'workspace-moved' : 'workspace-edited',
      target: ['workspace', workspace.name],
      details: {
        purpose: values.purpose,
        ...(moves ? { from: workspace.project_slug, to: project.slug } : {}),
      },
    },
    async (tx) =>
      await tx
        .updateTable('workspace')
        .set({
          purpose: values.purpose,
          project_id: project?.id ?? workspace.project_id,
          updated_at: call.now,
        })
        .where('id', '=', workspace.id)
        .execute(),
  );
  return sendTo(call, `/staff/workspaces/${workspace.name}`, 'saved');
}

export async function staffToggleArchived(call: Call): Promise<Response> {
  await ownForm(call);
  const { id, name, is_archived } = await workspaceOf(call);
  await carryOut(
    call,
    {
      kind: is_archived ? 'workspace-unarchived' : 'workspace-archived',
      target: ['workspace', name],
      details: { is_archived: !is_archived },
    },
    async (tx) =>
      await tx
        .updateTable('workspace')
        .set({ is_archived: !is_archived, updated_at: call.now })
        .where('id', '=', id)
        .execute(),
  );
  return sendTo(call, `/staff/workspaces/${name}`, is_archived ? 'unarchived' : 'archived');
}
