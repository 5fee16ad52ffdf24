/** A publication: its files where they are to be seen, how to cite it, and what may become of it. */
import { sendTo } from '@vitrine/platform';
import {
  alert,
  buttonForm,
  card,
  formatDay,
  formatSize,
  type Html,
  heading,
  html,
  icon,
  instant,
  timeline,
} from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import { may } from '../../people/actor.ts';
import { changePublication } from '../../publications/change-publication.ts';
import { PUBLICATION_FILES_LIMIT } from '../../publications/prepare-publication.ts';
import {
  PUBLICATION_TRANSITIONS,
  type PublicationStep,
  stepsFrom,
} from '../../publications/transitions.ts';
import { filesOfPublication, type PublicationDetail } from '../../queries/publications.ts';
import { addresses } from '../addresses.ts';
import { ownForm } from '../change-jobs.ts';
import { type FormRules, readFields, ruledForm, type Values, type Wrong } from '../form-rules.ts';
import { respond } from '../frame.ts';
import { archiveOf } from './archive.ts';
import { draftCard, type Refused } from './draft-form.ts';
import { FILES_SHOWN, fileTable, partLinks, readPart, releasedColumn } from './file-table.ts';
import {
  openPublicationOf,
  publicationOf,
  publicationTrail,
  scopeOf,
  seesDrafts,
} from './publication-access.ts';
import { publicationPill } from './publications.ts';

const reasonRules: FormRules<'reason'> = {
  reason: {
    kind: 'area',
    label: 'Reason',
    required: true,
    maxLength: 1000,
    hint: 'It stays on this page for everybody.',
  },
};

const buttons: Readonly<Record<Exclude<PublicationStep, 'withdraw'>, string>> = {
  publish: 'Publish',
  discard: 'Discard the draft',
  refuse: 'Refuse the draft',
};

const told: Readonly<Record<PublicationStep, string>> = {
  publish: 'published',
  discard: 'discarded',
  refuse: 'discarded',
  withdraw: 'withdrawn',
};

export async function publicationPage(
  call: Call,
  refused: Refused | null = null,
): Promise<Response> {
  const publication = await publicationOf(call);
  const { identifier, title, state } = publication;
  const showsFiles = state === 'public' || state === 'draft';
  const address = addresses.publication(identifier);
  return await respond(call, {
    title,
    breadcrumbs: publicationTrail(publication),
    status: refused === null ? 200 : 422,
    main: html`${heading({
      title,
      facts: html`<li>${publicationPill(state)}</li>
        <li>${icon('building')}<span>Organisation: <a href="${addresses.organisation(publication.organisation_slug)}">${publication.organisation}</a></span></li>
        <li>${icon('folder')}<span>Workspace: <a href="${addresses.workspace(publication.workspace)}">${publication.workspace}</a></span></li>`,
      actions: showsFiles
        ? html`<a class="button primary" href="${address}/files.zip">Download all</a>`
        : null,
    })}
    <div class="stack">${stateAlert(call, publication)}
    <div class="${showsFiles ? 'columns' : 'stack'}"><div class="stack">
      ${publication.description === '' || !showsFiles ? null : card({ id: 'about', title: 'About', body: publication.description.split(/\n{2,}/).map((part) => html`<p class="lines">${part}</p>`) })}
      ${showsFiles ? await filesPart(call, publication) : null}
      ${state === 'draft' && may(call.person, 'snapshot_create', scopeOf(publication)) ? draftCard(call, publication, refused) : null}
    </div><div class="stack">
      ${state === 'public' ? citation(call, publication) : null}
      ${history(call, publication)}
      ${decisions(call, publication, refused)}
    </div></div></div>`,
  });
}

function stateAlert(call: Call, publication: PublicationDetail): Html | null {
  const { state, withdrawn_at, withdrawal_reason } = publication;
  switch (state) {
    case 'public':
      return null;
    case 'draft':
      return alert({
        tone: 'info',
        title: 'This is a draft. It is not public.',
        body: seesOwn(call, publication)
          ? 'You have prepared it; somebody else, who is an output publisher, has to publish it.'
          : 'An output publisher who has not prepared it can make it public, or refuse it.',
      });
    case 'discarded':
      return alert({ tone: 'neutral', title: 'This draft was discarded. It was never public.' });
    case 'withdrawn':
      return alert({
        tone: 'warning',
        title: 'This publication has been withdrawn.',
        body: html`<p>On ${withdrawn_at === null ? '' : formatDay(withdrawn_at)}. Its files are not shown any more.</p><p>Reason: ${withdrawal_reason}</p>`,
      });
  }
}

const seesOwn = ({ person }: Call, { prepared_by }: PublicationDetail): boolean =>
  person?.id === prepared_by;

async function filesPart(call: Call, publication: PublicationDetail): Promise<Html> {
  const { identifier, files, taken_back, size } = publication;
  const part = readPart(call);
  const found = await filesOfPublication(call.site.db, publication.id, {
    limit: FILES_SHOWN,
    offset: (part - 1) * FILES_SHOWN,
  });
  const words = `${files.toLocaleString('en-GB')} ${files === 1 ? 'file' : 'files'}, ${formatSize(size)} together`;
  return html`<div>${card({
    id: 'files',
    title: 'Files',
    subtitle: taken_back === 0 ? words : `${words}; ${taken_back} taken back`,
    flush: true,
    body: fileTable({
      caption: 'Files of the publication',
      files: found,
      nameOf: ({ name }) => name,
      addressOf: ({ name }) => addresses.publicationFile(identifier, name),
      more: [releasedColumn],
      empty: 'There are no files here.',
    }),
  })}${partLinks(call, addresses.publication(identifier), part, files > part * FILES_SHOWN)}</div>`;
}

function citation({ site }: Call, publication: PublicationDetail): Html {
  const { organisation, title, project, published_at, identifier } = publication;
  const address = new URL(addresses.publication(identifier), site.publicUrl()).href;
  const year = published_at?.getUTCFullYear() ?? '';
  return card({
    id: 'cite',
    title: 'Cite as',
    body: html`<p class="citation">${organisation} (${year}). <cite>${title}</cite>. ${project}. ${site.name}, published ${published_at === null ? '' : formatDay(published_at)}. <span class="breaks">${address}</span></p>`,
  });
}

function history(call: Call, publication: PublicationDetail): Html {
  const person = (name: string | null, username: string | null): Html =>
    username === null ? html`${name}` : html`<a href="${addresses.person(username)}">${name}</a>`;
  const { preparer, preparer_username, prepared_at, published_at, withdrawn_at } = publication;
  const seesWithdrawer = seesDrafts(call, publication);
  return card({
    id: 'history',
    title: 'History',
    body: timeline([
      ['Prepared', html`${instant(prepared_at)}<br>${person(preparer, preparer_username)}`],
      [
        'Published',
        published_at &&
          html`${instant(published_at)}<br>${person(publication.publisher, publication.publisher_username)}`,
      ],
      ...(withdrawn_at === null
        ? []
        : [
            [
              'Withdrawn',
              html`${instant(withdrawn_at)}${seesWithdrawer ? html`<br>${publication.withdrawer}` : null}`,
            ] as const,
          ]),
    ]),
  });
}

/** The steps that the one who looks may take. */
function decisions(
  call: Call,
  publication: PublicationDetail,
  refused: Refused | null,
): Html | null {
  const address = addresses.publication(publication.identifier);
  const scope = scopeOf(publication);
  const steps = stepsFrom(publication.state).filter((step) => {
    const { permission, bySomebodyElse } = PUBLICATION_TRANSITIONS[step];
    return may(call.person, permission, scope) && !(bySomebodyElse && seesOwn(call, publication));
  });
  if (steps.length === 0) return null;
  return card({
    id: 'decide',
    title: publication.state === 'draft' ? 'Decide' : 'Withdraw',
    body: html`<div class="stack">${steps.map((step) =>
      step === 'withdraw'
        ? ruledForm({
            action: `${address}/withdraw`,
            csrf: call.csrf,
            rules: reasonRules,
            values: (refused?.form === step ? refused.values : {}) as Partial<Values<'reason'>>,
            wrong: (refused?.form === step ? refused.wrong : null) as Wrong<'reason'> | null,
            submit: 'Withdraw for ever',
            submitKind: 'danger',
          })
        : buttonForm(
            `${address}/${step}`,
            call.csrf,
            buttons[step],
            step === 'publish' ? 'primary' : 'plain',
          ),
    )}</div>`,
  });
}

/** What the forms of the page are sent to; one for each step of the table. */
export function takeStep(step: PublicationStep): (call: Call) => Promise<Response> {
  return async (call) => {
    const fields = await ownForm(call);
    const { identifier } = await publicationOf(call);
    const { values, wrong } = PUBLICATION_TRANSITIONS[step].needsReason
      ? readFields(fields, reasonRules)
      : { values: { reason: '' }, wrong: null };
    if (wrong !== null) return await publicationPage(call, { form: 'withdraw', values, wrong });
    const by = { id: call.person?.id ?? 0, username: call.person?.username ?? '' };
    await changePublication(call.site, { identifier, step, by, reason: values.reason });
    return sendTo(call, addresses.publication(identifier), told[step]);
  };
}

/** All files of a publication as one archive. */
export async function publicationArchive(call: Call): Promise<Response> {
  const publication = await openPublicationOf(call);
  const { db, releases } = call.site;
  const files = await filesOfPublication(db, publication.id, { limit: PUBLICATION_FILES_LIMIT });
  return archiveOf(
    releases,
    `publication-${publication.identifier}`,
    files.map((file) => ({ name: file.name, file })),
  );
}
