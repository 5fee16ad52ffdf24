/** What members of a project change on its workspaces and on itself. */

import { isDuplicate, sendTo } from '@vitrine/platform';
import { card, heading, html } from '@vitrine/web';
import { PROJECT_STATUSES, type ProjectStatus } from '../database/schema.ts';
import type { Call } from '../http/route.ts';
import { branchFault, repositoryFault, workspaceNameFault } from '../people/validate.ts';
import { addresses } from './addresses.ts';
import { carryOut } from './carry-out.ts';
import { ownForm } from './change-jobs.ts';
import {
  type FormRules,
  readFields,
  ruledForm,
  type TextRule,
  type Values,
  type Wrong,
} from './form-rules.ts';
import { respond } from './frame.ts';
import { projectOf } from './places.ts';
import { projectStatusLabel } from './words.ts';
import { workspaceOf, workspaceTrail } from './workspace.ts';

type Created = 'name' | 'purpose' | 'repository' | 'branch';

const purpose: TextRule = { kind: 'area', label: 'Workspace purpose', maxLength: 2000 };

const createdRules = (development: boolean): FormRules<Created> => ({
  name: {
    kind: 'text',
    label: 'Workspace name',
    required: true,
    maxLength: 100,
    hint: 'Small letters, digits, hyphens and underscores. It cannot be changed later.',
    check: (name) => workspaceNameFault(name.toLowerCase()),
  },
  purpose,
  repository: {
    kind: 'text',
    label: 'Git repository',
    required: true,
    maxLength: 500,
    hint: 'For example https://github.com/organisation/study',
    check: (repository) => repositoryFault(repository, development),
  },
  branch: {
    kind: 'text',
    label: 'Branch',
    required: true,
    maxLength: 200,
    check: branchFault,
  },
});

export async function newWorkspacePage(
  call: Call,
  values: Partial<Values<Created>> = { branch: 'main' },
  wrong: Wrong<Created> | null = null,
): Promise<Response> {
  const project = await projectOf(call);
  const address = addresses.project(project.slug);
  return await respond(call, {
    title: 'Create a new workspace',
    status: wrong === null ? 200 : 422,
    breadcrumbs: [
      { label: project.organisation, href: addresses.organisation(project.organisation_slug) },
      { label: project.name, href: address },
      { label: 'New workspace', href: `${address}/new-workspace` },
    ],
    main: html`${heading({ title: 'Create a new workspace', lead: 'A branch of a repository, and one area inside each secure environment for what it makes.' })}
    ${card({
      id: 'workspace',
      title: 'Workspace',
      body: ruledForm({
        action: `${address}/new-workspace`,
        csrf: call.csrf,
        rules: createdRules(call.site.development),
        values,
        wrong,
        submit: 'Create workspace',
      }),
    })}`,
  });
}

export async function createWorkspace(call: Call): Promise<Response> {
  const { person, now } = call;
  const fields = await ownForm(call);
  const project = await projectOf(call);
  const { values, wrong } = readFields(fields, createdRules(call.site.development));
  if (wrong !== null) return await newWorkspacePage(call, values, wrong);
  const name = values.name.toLowerCase();
  const { repository, branch } = values;
  try {
    await carryOut(
      call,
      {
        kind: 'workspace-created',
        target: ['workspace', name],
        details: { project: project.slug, repository, branch },
      },
      async (tx) =>
        await tx
          .insertInto('workspace')
          .values({
            ...values,
            name,
            project_id: project.id,
            created_by: person?.id ?? null,
            created_at: now,
            updated_at: now,
          })
          .execute(),
    );
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return await newWorkspacePage(call, values, { name: 'Another workspace has this name.' });
  }
  return sendTo(call, addresses.workspace(name), 'saved');
}

const editedRules: FormRules<'purpose'> = { purpose };

export async function editWorkspacePage(
  call: Call,
  values: Partial<Values<'purpose'>> | null = null,
  wrong: Wrong<'purpose'> | null = null,
): Promise<Response> {
  const workspace = await workspaceOf(call);
  const address = `${addresses.workspace(workspace.name)}/edit`;
  return await respond(call, {
    title: `Edit ${workspace.name}`,
    status: wrong === null ? 200 : 422,
    breadcrumbs: workspaceTrail(workspace, { label: 'Edit', href: address }),
    main: html`${heading({ title: `Edit ${workspace.name}` })}
    ${card({
      id: 'workspace',
      title: 'Workspace',
      body: ruledForm({
        action: address,
        csrf: call.csrf,
        rules: editedRules,
        values: values ?? { purpose: workspace.purpose },
        wrong,
        submit: 'Save',
      }),
    })}`,
  });
}

export async function editWorkspace(call: Call): Promise<Response> {
  const { values, wrong } = readFields(await ownForm(call), editedRules);
  if (wrong !== null) return await editWorkspacePage(call, values, wrong);
  return await changeWorkspace(call, 'workspace-edited', values, 'saved');
}

export async function toggleArchived(call: Call): Promise<Response> {
  await ownForm(call);
  const { is_archived } = await workspaceOf(call);
  const kind = is_archived ? 'workspace-unarchived' : 'workspace-archived';
  const told = is_archived ? 'unarchived' : 'archived';
  return await changeWorkspace(call, kind, { is_archived: !is_archived }, told);
}

export async function toggleNotifications(call: Call): Promise<Response> {
  await ownForm(call);
  const { should_notify } = await workspaceOf(call);
  return await changeWorkspace(
    call,
    'workspace-notifications',
    { should_notify: !should_notify },
    'saved',
  );
}

async function changeWorkspace(
  call: Call,
  kind: string,
  change:
    | { readonly purpose: string }
    | { readonly is_archived: boolean }
    | { readonly should_notify: boolean },
  told: string,
): Promise<Response> {
  const { id, name } = await workspaceOf(call);
  await carryOut(
    call,
    { kind, target: ['workspace', name], details: change },
    async (tx) =>
      await tx
        .updateTable('workspace')
        .set({ ...change, updated_at: call.now })
        .where('id', '=', id)
        .execute(),
  );
  return sendTo(call, addresses.workspace(name), told);
}

const projectRules: FormRules<'status' | 'status_description'> = {
  status: {
    kind: 'choice',
    label: 'Status',
    options: PROJECT_STATUSES.map((value) => ({ value, label: projectStatusLabel(value) })),
  },
  status_description: { kind: 'area', label: 'About the status', maxLength: 5000 },
};

export async function editProjectPage(
  call: Call,
  values: Partial<Values<'status' | 'status_description'>> | null = null,
  wrong: Wrong<'status' | 'status_description'> | null = null,
): Promise<Response> {
  const project = await projectOf(call);
  const address = addresses.project(project.slug);
  return await respond(call, {
    title: `Edit ${project.name}`,
    status: wrong === null ? 200 : 422,
    breadcrumbs: [
      { label: project.organisation, href: addresses.organisation(project.organisation_slug) },
      { label: project.name, href: address },
      { label: 'Edit', href: `${address}/edit` },
    ],
    main: html`${heading({ title: `Edit ${project.name}` })}
    ${card({
      id: 'project',
      title: 'Status of the project',
      subtitle: 'Members and the staff see it; it is not shown to the public.',
      body: ruledForm({
        action: `${address}/edit`,
        csrf: call.csrf,
        rules: projectRules,
        values: values ?? project,
        wrong,
        submit: 'Save',
      }),
    })}`,
  });
}

export async function editProject(call: Call): Promise<Response> {
  const fields = await ownForm(call);
  const project = await projectOf(call);
  const { values, wrong } = readFields(fields, projectRules);
  if (wrong !== null) return await editProjectPage(call, values, wrong);
  // The rules have let through nothing that is not in the list.
  const status = values.status as ProjectStatus;
  await carryOut(
    call,
    { kind: 'project-status', target: ['project', project.slug], details: { status } },
    async (tx) =>
      await tx
        .updateTable('project')
        .set({ ...values, status })
        .where('id', '=', project.id)
        .execute(),
  );
  return sendTo(call, addresses.project(project.slug), 'saved');
}
