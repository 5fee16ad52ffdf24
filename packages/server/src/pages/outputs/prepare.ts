/** The form that makes a draft of released files. */
import { FaultError } from '@vitrine/pipeline';
import { faultLines, sendTo } from '@vitrine/platform';
import {
  alert,
  breakable,
  card,
  checkbox,
  formatSize,
  type Html,
  heading,
  html,
  shortInstant,
} from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import {
  PUBLICATION_FILES_LIMIT,
  preparePublication,
} from '../../publications/prepare-publication.ts';
import { listOutputs, type Output } from '../../queries/released-files.ts';
import { addresses } from '../addresses.ts';
import { containing, keyOf, searchOf } from '../carry-out.ts';
import { ownForm } from '../change-jobs.ts';
import { readFields, ruledForm, type Values, type Wrong } from '../form-rules.ts';
import { respond } from '../frame.ts';
import { workspaceOf, workspaceTrail } from '../workspace.ts';
import { draftRules } from './draft-form.ts';

interface Filled {
  readonly values: Partial<Values<'title' | 'description'>>;
  readonly wrong: Wrong<'title' | 'description'> | null;
  readonly chosen: ReadonlySet<number>;
  readonly faults: FaultError | null;
}

const empty: Filled = { values: {}, wrong: null, chosen: new Set(), faults: null };

export async function preparePage(call: Call, filled: Filled = empty): Promise<Response> {
  const workspace = await workspaceOf(call);
  const search = searchOf(call, 'in');
  const files = await listOutputs(call.site.db, workspace.id, {
    pattern: search === '' ? undefined : containing(search),
    sort: 'path',
    withTakenBack: false,
    limit: PUBLICATION_FILES_LIMIT,
  });
  const list = addresses.publications(workspace.name);
  const all = call.http.req.query('select') === 'all';
  return await respond(call, {
    title: 'Prepare a publication',
    status: filled.wrong === null && filled.faults === null ? 200 : 422,
    breadcrumbs: workspaceTrail(
      workspace,
      { label: 'Publications', href: list },
      { label: 'Prepare', href: `${list}/new` },
    ),
    main: html`${heading({
      title: 'Prepare a publication',
      lead: 'Choose released files and describe them. That makes a draft, which members of the project see; an output publisher then makes it public. The set of files does not change after this.',
    })}<div class="stack">
    ${filled.faults === null ? null : faultLines(filled.faults.diagnostics)}
    ${
      files.length === 0
        ? alert({
            tone: 'info',
            title: 'There are no released files to choose from.',
            body: 'Files are released from the secure environment, after review, first.',
          })
        : card({
            id: 'publication',
            title: 'Publication',
            body: ruledForm({
              action: list,
              csrf: call.csrf,
              rules: draftRules,
              values: filled.values,
              wrong: filled.wrong,
              more: choices(files, `${list}/new`, all, filled.chosen),
              submit: 'Prepare the draft',
            }),
          })
    }</div>`,
  });
}

function choices(
  files: readonly Output[],
  address: string,
  all: boolean,
  chosen: ReadonlySet<number>,
): Html {
  const total = files[0]?.total ?? 0;
  const more =
    total > files.length
      ? html` There are ${total.toLocaleString('en-GB')} files; the first ${files.length.toLocaleString('en-GB')} are listed.`
      : null;
  return html`<fieldset><legend>Files</legend>
  <p class="hint">The newest version of each. <a href="${all ? address : `${address}?select=all`}">${all ? 'Select none' : 'Select all'}</a>.${more}</p>
  <div class="filter-bar" data-filters="files-list" hidden><label>Find files <input type="search" autocomplete="off"></label>
    <label class="choice"><input type="checkbox" data-only-checked><span>Only selected</span></label>
    <output class="small quiet" aria-live="polite"></output></div>
  <ul class="actions-list" id="files-list">${files.map(
    ({ id, path, size, released_at, backend }) =>
      html`<li>${checkbox({
        name: 'file',
        value: String(id),
        label: breakable(path),
        checked: all || chosen.has(id),
        hint: html`Released ${shortInstant(released_at)} from ${backend}`,
      })}<span class="quiet small">${formatSize(size)}</span></li>`,
  )}</ul></fieldset>`;
}

export async function prepare(call: Call): Promise<Response> {
  const { site, person } = call;
  const fields = await ownForm(call);
  const workspace = await workspaceOf(call);
  const files = fields.all('file').map(keyOf);
  const { values, wrong } = readFields(fields, draftRules);
  const filled = { values, wrong, chosen: new Set(files), faults: null };
  if (wrong !== null) return await preparePage(call, filled);
  try {
    const { identifier, isNew } = await preparePublication(site, {
      workspaceId: workspace.id,
      workspace: workspace.name,
      ...values,
      files,
      preparedBy: { id: person?.id ?? 0, username: person?.username ?? '' },
    });
    return sendTo(call, addresses.publication(identifier), isNew ? 'prepared' : 'same-set');
  } catch (error) {
    // What was typed and ticked is not lost.
    if (error instanceof FaultError) return await preparePage(call, { ...filled, faults: error });
    throw error;
  }
}
