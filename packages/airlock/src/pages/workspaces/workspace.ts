import {
  alert,
  card,
  fieldset,
  form,
  type Html,
  heading,
  html,
  icon,
  radio,
  repositoryName,
  select,
  submit,
  textField,
} from '@vitrine/web';
import type { PersonalCall } from '../../http/route.ts';
import type { ReleaseRequest } from '../../review/request.ts';
import { statusFacts } from '../../review/status.ts';
import { fileStates, fileTree } from '../../workspace-files/file-tree.ts';
import { type Stand, standOf } from '../../workspace-files/stand.ts';
import { addresses } from '../addresses.ts';
import { respond } from '../frame.ts';
import { statusWords } from '../requests/words.ts';
import { seeWorkspace } from './see-workspace.ts';
import {
  isSearch,
  matches,
  readTreeQuery,
  shownQuery,
  type TreeQuery,
  treeAddress,
} from './tree-query.ts';
import { treeView } from './tree-view.ts';
import { stateWords } from './words.ts';

/** The files of a workspace as a tree, each with what has become of it. */
export async function workspacePage(call: PersonalCall): Promise<Response> {
  const { workspace, isDeveloper } = seeWorkspace(call);
  const { airlock, person, http } = call;
  const { name } = workspace;
  const query = readTreeQuery(new URL(http.req.url).searchParams);
  const stand = await standOf(airlock, name, person.username);
  const { root, outOfDate } = fileTree({
    ...stand,
    showOutOfDate: query.showOutOfDate,
    ...(isSearch(query) ? { matches: (file) => matches(query, file) } : {}),
  });
  const canAdd = isDeveloper && workspace.is_open && isAuthors(stand.active);
  const files = Object.values(root.states).reduce((sum, count) => sum + count, 0);
  const tree = treeView({ workspace: name, root, query, canChoose: canAdd });
  return respond(call, {
    title: name,
    breadcrumbs: [
      { label: 'Workspaces', href: addresses.home },
      { label: name, href: addresses.workspace(name) },
    ],
    main: html`${heading({
      title: name,
      facts: html`<li>${icon('building')}${workspace.organisation_name}</li><li>${icon('case')}${workspace.project_name}</li><li>${icon('tag')}${repositoryName(workspace.repository)}, branch ${workspace.branch}</li>`,
    })}
    <div class="stack">${
      workspace.is_open
        ? null
        : alert({
            tone: 'warning',
            title: 'This workspace can only be looked at.',
            body: 'It is archived, or its project has ended.',
          })
    }${stand.active === null ? null : activeAlert(stand.active)}
    ${filterForm(name, query)}
    ${card({
      id: 'files',
      title: 'Files',
      subtitle: `${files.toLocaleString('en-GB')} ${files === 1 ? 'file' : 'files'}${isSearch(query) ? ' found' : ''}`,
      actions: outOfDateLink(name, query, outOfDate),
      body:
        files === 0
          ? html`<p class="empty">${emptyWords(stand, query)}</p>`
          : canAdd
            ? form({
                action: addresses.addFiles(name),
                csrf: call.csrf,
                label: 'Add files to a release request',
                body: html`<input type="hidden" name="shown" value="${shownQuery(query)}">${tree}${addFields(stand.active)}`,
              })
            : tree,
    })}</div>`,
  });
}

/** Whether files can be added: there is no request yet, or it is the author's turn. */
function isAuthors(active: ReleaseRequest | null): boolean {
  return active === null || statusFacts[active.status].phase === 'author';
}

function activeAlert(active: ReleaseRequest): Html {
  const link = html`<a href="${addresses.request(active.id)}">Your release request</a>`;
  const size = [...active.files.values()].filter(({ type }) => type !== 'withdrawn').length;
  const files = `${size} ${size === 1 ? 'file' : 'files'}`;
  return alert({
    tone: 'info',
    title: isAuthors(active)
      ? 'You have a release request that you can add to.'
      : 'You have a release request that is being reviewed.',
    body: html`${link} has ${files}. ${statusWords[active.status].next}`,
  });
}

function filterForm(workspace: string, query: TreeQuery): Html {
  const { words, state, showOutOfDate } = query;
  return html`<search class="card"><form method="get" action="${addresses.workspace(workspace)}" class="filters">
    ${textField({ name: 'q', label: 'Find files by name', value: words.join(' '), type: 'search', plain: true })}
    ${select({
      name: 'state',
      label: 'State',
      plain: true,
      value: state ?? '',
      options: [
        { value: '', label: 'All states' },
        ...fileStates.map((value) => ({ value, label: stateWords[value].words })),
      ],
    })}
    ${showOutOfDate ? html`<input type="hidden" name="out-of-date" value="shown">` : null}
    ${submit('Find', 'plain')}${
      isSearch(query)
        ? html`<a class="button" href="${treeAddress(workspace, { ...query, words: [], state: null })}">Show all</a>`
        : null
    }
  </form></search>`;
}

function outOfDateLink(workspace: string, query: TreeQuery, count: number): Html | null {
  if (count === 0) return null;
  const { showOutOfDate } = query;
  const files = `${count.toLocaleString('en-GB')} ${count === 1 ? 'file' : 'files'}`;
  return html`<a class="button" href="${treeAddress(workspace, { ...query, showOutOfDate: !showOutOfDate })}">${
    showOutOfDate ? 'Hide' : 'Show'
  } ${files} of actions that are no longer in the project</a>`;
}

function emptyWords({ manifest }: Stand, query: TreeQuery): string {
  if (isSearch(query)) return 'No file is found. Try another part of a name, or all states.';
  return manifest === null
    ? 'Nothing has run in this workspace on this backend yet.'
    : 'The workspace has no moderately sensitive output.';
}

function addFields(active: ReleaseRequest | null): Html {
  const groups = [...(active?.groups.keys() ?? [])];
  return html`<div class="tree-add">${textField({
    name: 'group',
    label: 'Group',
    value: groups.at(-1) ?? 'default',
    required: true,
    maxLength: 100,
    hint: `Files that one context and one list of controls describe.${groups.length > 0 ? ` So far: ${groups.join(', ')}.` : ''}`,
  })}${fieldset(
    'What are the files for?',
    html`${radio({ name: 'type', value: 'output', label: 'Output', hint: 'It is to leave.', checked: true })}
    ${radio({ name: 'type', value: 'supporting', label: 'Supporting', hint: 'It helps reviewers to judge, and stays here.' })}`,
  )}<p class="buttons">${submit(active === null ? 'Make a release request of what is selected' : 'Add what is selected to your release request')}</p></div>`;
}
