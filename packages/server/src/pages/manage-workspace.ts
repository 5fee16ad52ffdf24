/** What members of a project change on its workspaces and on itself. */

import { statusLabel } from '@vitrine/protocol';
import { card, form, heading, html, select, submit, textArea, textField } from '@vitrine/web';
import { isDuplicate } from '../database/database.ts';
import { PROJECT_STATUSES, type ProjectStatus } from '../database/schema.ts';
import type { Call } from '../http/route.ts';
import { recordDecision } from '../people/record-audit.ts';
import { branchFault, repositoryFault, workspaceNameFault } from '../people/validate.ts';
import { addresses } from './addresses.ts';
import { ownForm } from './change-jobs.ts';
import { respond, sendTo } from './frame.ts';
import { projectOf } from './places.ts';
import { workspaceOf, workspaceTrail } from './workspace.ts';

interface WorkspaceDraft {
  readonly name: string;
  readonly purpose: string;
  readonly repository: string;
  readonly branch: string;
}

type Errors = Partial<Record<keyof WorkspaceDraft, string | null>>;

export async function newWorkspacePage(
  call: Call,
  draft: WorkspaceDraft = { name: '', purpose: '', repository: '', branch: 'main' },
  errors: Errors = {},
): Promise<Response> {
  const project = await projectOf(call);
  const address = addresses.project(project.slug);
  return await respond(call, {
    title: 'Create a new workspace',
    status: Object.keys(errors).length > 0 ? 422 : 200,
    breadcrumbs: [
      { label: project.name, href: address },
      { label: 'New workspace', href: `${address}/new-workspace` },
    ],
    main: html`${heading({ title: 'Create a new workspace', lead: 'A branch of a repository, and one area inside each secure environment for what it makes.' })}
    ${card({
      id: 'workspace',
      title: 'Workspace',
      body: form({
        action: `${address}/new-workspace`,
        csrf: call.csrf,
        body: html`${textField({ name: 'name', label: 'Workspace name', required: true, maxLength: 100, value: draft.name, error: errors.name ?? undefined, hint: 'Small letters, digits, hyphens and underscores. It cannot be changed later.' })}
        ${textArea({ name: 'purpose', label: 'Workspace purpose', maxLength: 2000, value: draft.purpose, error: errors.purpose ?? undefined })}
        ${textField({ name: 'repository', label: 'Git repository', required: true, maxLength: 500, value: draft.repository, error: errors.repository ?? undefined, hint: 'For example https://github.com/organisation/study' })}
        ${textField({ name: 'branch', label: 'Branch', required: true, maxLength: 200, value: draft.branch, error: errors.branch ?? undefined })}
        ${submit('Create workspace')}`,
      }),
    })}`,
  });
}

export async function createWorkspace(call: Call): Promise<Response> {
  const { site, person, now } = call;
  const fields = await ownForm(call);
  const project = await projectOf(call);
  const draft: WorkspaceDraft = {
    name: fields.text('name').toLowerCase(),
    purpose: fields.text('purpose').slice(0, 2000),
    repository: fields.text('repository'),
    branch: fields.text('branch'),
  };
  const found: Errors = {
    name: workspaceNameFault(draft.name),
    repository: repositoryFault(draft.repository, site.development),
    branch: branchFault(draft.branch),
  };
  const errors = Object.fromEntries(Object.entries(found).filter(([, fault]) => fault !== null));
  if (Object.keys(errors).length > 0) return await newWorkspacePage(call, draft, errors);
  try {
    await site.db.transaction().execute(async (tx) => {
      await tx
        .insertInto('workspace')
        .values({
          ...draft,
          project_id: project.id,
          created_by: person?.id ?? null,
          created_at: now,
          updated_at: now,
        })
        .execute();
      await recordDecision(tx, now, {
        actor: person?.username ?? null,
        kind: 'workspace-created',
        target: ['workspace', draft.name],
        details: { project: project.slug, repository: draft.repository, branch: draft.branch },
      });
    });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return await newWorkspacePage(call, draft, { name: 'Another workspace has this name.' });
  }
  return sendTo(call, addresses.workspace(draft.name), 'saved');
}

export async function editWorkspacePage(call: Call): Promise<Response> {
  const workspace = await workspaceOf(call);
  const address = `${addresses.workspace(workspace.name)}/edit`;
  return await respond(call, {
    title: `Edit ${workspace.name}`,
    breadcrumbs: workspaceTrail(workspace, { label: 'Edit', href: address }),
    main: html`${heading({ title: `Edit ${workspace.name}` })}
    ${card({
      id: 'workspace',
      title: 'Workspace',
      body: form({
        action: address,
        csrf: call.csrf,
        body: html`${textArea({ name: 'purpose', label: 'Workspace purpose', maxLength: 2000, value: workspace.purpose })}${submit('Save')}`,
      }),
    })}`,
  });
}

export async function editWorkspace(call: Call): Promise<Response> {
  const fields = await ownForm(call);
  const purpose = fields.text('purpose').slice(0, 2000);
  return await changeWorkspace(call, 'workspace-edited', { purpose }, 'saved');
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
  const { site, person, now } = call;
  const { id, name } = await workspaceOf(call);
  await site.db.transaction().execute(async (tx) => {
    await tx
      .updateTable('workspace')
      .set({ ...change, updated_at: now })
      .where('id', '=', id)
      .execute();
    await recordDecision(tx, now, {
      actor: person?.username ?? null,
      kind,
      target: ['workspace', name],
      details: change,
    });
  });
  return sendTo(call, addresses.workspace(name), told);
}

export async function editProjectPage(call: Call): Promise<Response> {
  const project = await projectOf(call);
  const address = addresses.project(project.slug);
  return await respond(call, {
    title: `Edit ${project.name}`,
    breadcrumbs: [
      { label: project.name, href: address },
      { label: 'Edit', href: `${address}/edit` },
    ],
    main: html`${heading({ title: `Edit ${project.name}` })}
    ${card({
      id: 'project',
      title: 'Status of the project',
      body: form({
        action: `${address}/edit`,
        csrf: call.csrf,
        body: html`${select({
          name: 'status',
          label: 'Status',
          plain: true,
          value: project.status,
          options: PROJECT_STATUSES.map((value) => ({
            value,
            label: statusLabel(value.replaceAll('-', ' ')),
          })),
        })}
        ${textArea({ name: 'status_description', label: 'About the status', maxLength: 5000, value: project.status_description })}${submit('Save')}`,
      }),
    })}`,
  });
}

export async function editProject(call: Call): Promise<Response> {
  const { site, person, now } = call;
  const fields = await ownForm(call);
  const project = await projectOf(call);
  const asked = fields.text('status');
  const status: ProjectStatus = PROJECT_STATUSES.find((one) => one === asked) ?? project.status;
  const status_description = fields.text('status_description').slice(0, 5000);
  await site.db.transaction().execute(async (tx) => {
    await tx
      .updateTable('project')
      .set({ status, status_description })
      .where('id', '=', project.id)
      .execute();
    await recordDecision(tx, now, {
      actor: person?.username ?? null,
      kind: 'project-status',
      target: ['project', project.slug],
      details: { status },
    });
  });
  return sendTo(call, addresses.project(project.slug), 'saved');
}
