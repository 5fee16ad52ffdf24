/** How the files of an approved request are on their way, and what people can do about it. */
import { sendTo } from '@vitrine/platform';
import {
  alert,
  buttonForm,
  card,
  formatSize,
  type Html,
  html,
  instant,
  keyValues,
} from '@vitrine/web';
import { ownForm } from '../../http/guard.ts';
import { formTarget, type PersonalCall, type Route } from '../../http/route.ts';
import { outputsOf } from '../../review/request.ts';
import { type UploadView, uploadOf } from '../../upload/upload-state.ts';
import { addresses } from '../addresses.ts';
import { type OpenRequest, openRequest } from './open-request.ts';

export const sendingRoutes: readonly Route[] = [
  formTarget('/requests/:request/retry-upload', retryUpload),
  formTarget('/requests/:request/recall', recall),
];

async function retryUpload(call: PersonalCall): Promise<Response> {
  const { view } = await openRequest(call);
  await ownForm(call);
  await call.airlock.uploads.retry(call.person, view.id);
  return sendTo(call, addresses.request(view.id), 'retried');
}

async function recall(call: PersonalCall): Promise<Response> {
  const { view } = await openRequest(call);
  await ownForm(call);
  await call.airlock.uploads.recall(call.person, view.id);
  return sendTo(call, addresses.request(view.id), 'recalled');
}

/** Null while nothing is to be sent. */
export async function sendingCard(call: PersonalCall, open: OpenRequest): Promise<Html | null> {
  const { view, request, part } = open;
  if (view.status !== 'approved') return null;
  const upload = await uploadOf(call.airlock.db, view.id);
  if (upload === null) return null;
  const outputs = outputsOf(request);
  const sent = outputs.filter(({ uploadedAt }) => uploadedAt !== null).length;
  const { sentBytes, totalBytes, attempts } = upload;
  const button = (command: string, label: string, kind: 'plain' | 'danger'): Html =>
    buttonForm(addresses.requestCommand(view.id, command), call.csrf, label, kind);
  return card({
    id: 'sending',
    title: 'On their way',
    body: html`<div class="stack"><progress max="${Math.max(1, totalBytes)}" value="${sentBytes}" aria-label="Sent"></progress>
    ${keyValues([
      ['Files sent', `${sent} of ${outputs.length}`],
      ['Sent', `${formatSize(sentBytes)} of ${formatSize(totalBytes)}`],
      ['Attempts', attempts.toLocaleString('en-GB')],
    ])}
    ${trouble(upload)}
    <div class="buttons">${
      upload.state !== 'sending' && (part === 'author' || part === 'checker')
        ? button('retry-upload', 'Try again now', 'plain')
        : null
    }${part === 'checker' ? button('recall', 'Recall the approval', 'danger') : null}</div>
    ${
      part === 'checker'
        ? html`<p class="small quiet">A recall stops what has not arrived whole. Nothing of this request can be released afterwards under its name, unless the job server never heard of it.</p>`
        : null
    }</div>`,
  });
}

function trouble(upload: UploadView): Html | null {
  if (upload.state === 'sending') return null;
  const { message, hint } = upload.fault;
  return alert({
    tone: upload.state === 'stopped' ? 'danger' : 'warning',
    title: message === '' ? 'The upload has stopped.' : message,
    body: html`<p>${hint}</p>${
      upload.state === 'waiting'
        ? html`<p>It is tried again by itself at ${instant(upload.nextAttemptAt)}.</p>`
        : null
    }`,
  });
}
