/** An output of a workspace: what it holds, what was found in it, what has changed since, and where it comes from. */
import { faultLines } from '@vitrine/platform';
import {
  alert,
  card,
  fileViewer,
  form,
  formatSize,
  type Html,
  heading,
  html,
  instant,
  keyValues,
  type SortOrder,
  submit,
  viewKindOf,
} from '@vitrine/web';
import { filePathOf } from '../../http/file-path.ts';
import type { PersonalCall } from '../../http/route.ts';
import { statusFacts } from '../../review/status.ts';
import {
  type Attempt,
  type EarlierVersion,
  earlierVersions,
  readOutput,
  type SeenFile,
  seeFile,
  tryToRead,
} from '../../workspace-files/see-file.ts';
import { type Stand, standOf } from '../../workspace-files/stand.ts';
import { addresses } from '../addresses.ts';
import { changesView } from '../changes-view.ts';
import { respond } from '../frame.ts';
import { cellMarks, findingsList } from '../requests/findings-view.ts';
import { type SeenWorkspace, seeWorkspace } from './see-workspace.ts';
import { checkBadge, statePill, stateWords } from './words.ts';

/** Characters of a log that are shown at first. */
const LOG_END = 10_000;

export async function workspaceFilePage(call: PersonalCall): Promise<Response> {
  const seen = seeWorkspace(call);
  const { airlock, person } = call;
  const { name } = seen.workspace;
  const stand = await standOf(airlock, name, person.username);
  const file = seeFile(stand, filePathOf(call, 3));
  const { path, listed, record, state } = file;
  const attempt: Attempt | null = listed.excluded
    ? null
    : await tryToRead(() => readOutput(airlock, name, listed));
  const bytes = attempt?.bytes;
  const earlier = bytes === undefined ? [] : await earlierVersions(airlock, name, stand, listed);
  const changes = await Promise.all(
    earlier.map((version) => changesCard(call, name, file, version, bytes)),
  );
  return respond(call, {
    title: path,
    frames: viewKindOf(path) === 'document',
    breadcrumbs: [
      { label: 'Workspaces', href: addresses.home },
      { label: name, href: addresses.workspace(name) },
      { label: path, href: addresses.workspaceFile(name, path) },
    ],
    main: html`${heading({
      title: path,
      facts: html`<li>${statePill(state)}</li>${listed.excluded ? null : html`<li>${checkBadge(listed.checked)}</li>`}${listed.excluded ? null : html`<li>${formatSize(listed.size)}</li>`}`,
      lead: stateWords[state].meaning,
    })}
    <div class="columns"><div class="stack">${
      record.out_of_date_action
        ? alert({
            tone: 'warning',
            title: `The action ${record.action} is no longer in the project.`,
            body: 'Its file is what it left the last time that it ran.',
          })
        : null
    }${
      attempt === null
        ? card({ id: 'note', title: 'Why there is only a note', body: noteOf(file) })
        : card({
            id: 'content',
            title: 'What it holds',
            body: await contentOf(call, name, file, attempt),
          })
    }
    ${changes}</div>
    <div class="stack">${
      attempt === null
        ? null
        : card({ id: 'findings', title: 'What the checks found', body: findingsOf(file) })
    }
    ${requestCard(call, seen, stand, file)}
    ${card({ id: 'provenance', title: 'Where it comes from', body: provenance(seen, file) })}
    </div></div>`,
  });
}

async function contentOf(
  call: PersonalCall,
  workspace: string,
  { path, record }: SeenFile,
  attempt: Attempt,
): Promise<Html> {
  const { bytes } = attempt;
  if (bytes === undefined) return html`${faultLines(attempt.refusal.diagnostics)}`;
  const address = addresses.workspaceFile(workspace, path);
  const isWhole = call.http.req.query('whole') === 'yes';
  return await fileViewer({
    path,
    size: bytes.length,
    read: async () => bytes,
    address: addresses.workspaceFileShown(workspace, path, 'workspace'),
    canDownload: false,
    marks: record.disclosure === null ? [] : cellMarks({ kind: 'checked', ...record.disclosure }),
    sorting: {
      order: orderOf(call),
      address: (order) =>
        order === null
          ? `${address}#content`
          : `${address}?sort=${order.column}&order=${order.descending ? 'descending' : 'ascending'}#content`,
    },
    ...(isWhole
      ? {}
      : { logEnd: { characters: LOG_END, wholeAddress: `${address}?whole=yes#content` } }),
  });
}

function orderOf({ http }: PersonalCall): SortOrder | null {
  const column = http.req.query('sort') ?? '';
  if (!/^\d{1,4}$/.test(column)) return null;
  return { column: Number(column), descending: http.req.query('order') === 'descending' };
}

function noteOf({ record }: SeenFile): Html {
  return html`<p>${record.message ?? 'The file was refused when its job ended.'}</p>
  <p class="quiet">What is at level 4 can be looked at by people who may not see patients, so the file itself is not here. Mend the code and run ${record.action} again.</p>`;
}

function findingsOf({ record: { disclosure } }: SeenFile): Html {
  return disclosure === null
    ? html`<p>The file was made before there were checks. Run its action again to have it checked.</p>`
    : findingsList({ kind: 'checked', ...disclosure });
}

/** What can be done with the file for a request. */
function requestCard(
  { csrf }: PersonalCall,
  { workspace, isDeveloper }: SeenWorkspace,
  { active }: Stand,
  { path, state }: SeenFile,
): Html | null {
  const isAuthors = active === null || statusFacts[active.status].phase === 'author';
  const mayChange = isDeveloper && workspace.is_open && isAuthors;
  const request =
    active === null
      ? null
      : html`<a href="${addresses.request(active.id)}">your release request</a>`;
  switch (state) {
    case 'updated':
      return card({
        id: 'request',
        title: 'In your release request',
        body: html`<p>It was made anew since it was added to ${request}; reviewers see the copy that is there.</p>${
          mayChange
            ? form({
                action: addresses.updateFile(workspace.name),
                csrf,
                body: html`<input type="hidden" name="path" value="${path}">${submit('Update the copy in the request')}`,
              })
            : html`<p class="quiet">It can be updated once the request is with you again.</p>`
        }`,
      });
    case 'under-review':
      return card({
        id: 'request',
        title: 'In your release request',
        body: html`<p>These very bytes are in ${request}.</p>`,
      });
    case 'unreleased':
    case 'withdrawn':
    case 'released':
      return mayChange
        ? card({
            id: 'request',
            title: 'Release',
            body: form({
              action: addresses.addFiles(workspace.name),
              csrf,
              body: html`<input type="hidden" name="file" value="${path}"><input type="hidden" name="group" value="${[...(active?.groups.keys() ?? [])].at(-1) ?? 'default'}"><input type="hidden" name="type" value="${state === 'released' ? 'supporting' : 'output'}">${submit(
                `${active === null ? 'Make a release request with it' : 'Add it to your release request'}${state === 'released' ? ' as a supporting file' : ''}`,
              )}`,
            }),
          })
        : null;
    case 'invalid':
      return null;
  }
}

const versionTitles: Readonly<Record<EarlierVersion['version'], string>> = {
  request: 'the copy in your release request',
  released: 'the version that was released last',
};

async function changesCard(
  { airlock }: PersonalCall,
  workspace: string,
  { path }: SeenFile,
  { version, hash, size }: EarlierVersion,
  bytes: Uint8Array | undefined,
): Promise<Html> {
  const title = versionTitles[version];
  const now = bytes ?? new Uint8Array();
  return card({
    id: `changes-${version}`,
    title: `Compared with ${title}`,
    body: await changesView({
      path,
      before: {
        size,
        read: () => airlock.copies.bytes(hash),
        title,
        address: addresses.workspaceFileShown(workspace, path, version),
        isAlone: false,
      },
      after: { size: now.length, read: async () => now },
    }),
  });
}

function provenance({ workspace }: SeenWorkspace, { record, listed }: SeenFile): Html {
  const { commit, repo, job_id, job_request, action, user, timestamp } = record;
  return keyValues([
    [
      'Action',
      html`${action} <a href="${addresses.workspaceLog(workspace.name, action)}">Look at its log</a>`,
    ],
    ['Job', html`<code>${job_id}</code>`],
    ['Job request', job_request === null ? null : html`<code>${job_request}</code>`],
    ['Made', instant(new Date(timestamp * 1000))],
    ['Asked for by', user],
    ['Repository', repo],
    [
      'Commit',
      commit === null
        ? 'none: it was made from a working tree'
        : html`<a href="${addresses.workspaceCode(workspace.name, commit)}"><code>${commit.slice(0, 7)}</code></a> <span class="quiet">(the code that made it)</span>`,
    ],
    ['SHA-256', html`<code class="small">${listed.hash}</code>`],
  ]);
}
