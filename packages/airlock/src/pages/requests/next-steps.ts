/** What a person can do with a request now, and what is missing before they can: the conditions of the core, in words. */
import type { Diagnostic } from '@vitrine/pipeline';
import { type Content, checkbox, form, type Html, html, icon, textArea } from '@vitrine/web';
import type { PersonalCall } from '../../http/route.ts';
import type { Circumstances, TransitionCommand } from '../../review/command.ts';
import { outputsOf } from '../../review/request.ts';
import { transitionOf } from '../../review/transitions.ts';
import { addresses } from '../addresses.ts';
import type { OpenRequest } from './open-request.ts';

type Name = Exclude<TransitionCommand['do'], 'finish'>;

interface StepWords {
  readonly label: string;
  readonly kind: 'primary' | 'plain' | 'danger';
  /** What it brings about. */
  readonly means: string;
}

/** By the kind of step; a return says something else before the reviews are there. */
const steps: readonly (readonly [Name, (open: OpenRequest) => StepWords])[] = [
  [
    'submit',
    ({ request }) => ({
      label: request.firstSubmittedAt === null ? 'Submit for review' : 'Submit again',
      kind: 'primary',
      means: 'Two reviewers judge the files. Until they have, you can change nothing.',
    }),
  ],
  [
    'submit-review',
    ({ request }) => ({
      label: 'Hand in your review',
      kind: 'primary',
      means:
        request.status === 'reviewed'
          ? 'Your votes count with those of the others: two approvals of a file decide.'
          : 'Your votes count. You can still change them, but not take them away.',
    }),
  ],
  [
    'approve',
    () => ({
      label: 'Approve and release',
      kind: 'primary',
      means:
        'All output files leave for the job server. Members of the project see them there, and everybody once they are published.',
    }),
  ],
  [
    'return',
    ({ request }) =>
      request.status === 'reviewed'
        ? {
            label: 'Return to the author',
            kind: 'plain',
            means: 'The author sees the decisions and the public comments, and mends the request.',
          }
        : {
            label: 'Return early',
            kind: 'plain',
            means:
              'The author gets it back at once. Votes and comments of this turn, also those of another reviewer, count no more, and the author does not see them.',
          },
  ],
  [
    'withdraw',
    () => ({ label: 'Withdraw the request', kind: 'danger', means: 'It is over then, for good.' }),
  ],
];

/** One thing to do, with everything that speaks against it. */
interface NextStep extends StepWords {
  readonly name: Name;
  readonly missing: readonly Diagnostic[];
}

/** What this person could do, in the status that the request is in. */
export function nextSteps(call: PersonalCall, open: OpenRequest): readonly NextStep[] {
  if (!open.isOpen) return [];
  return steps.flatMap(([name, words]) => {
    const missing = missingFor(call, open, name);
    // What was done already is no step that is still to come.
    const isDone = missing?.some(({ code }) => code === 'review-submitted-already') === true;
    return missing === null || isDone ? [] : [{ name, missing, ...words(open) }];
  });
}

/** Every reason against a step; null where it is not this person's to take, or not now. */
export function missingFor(
  { airlock, person, now }: PersonalCall,
  { request, part, user }: OpenRequest,
  name: Name,
): readonly Diagnostic[] | null {
  const row = transitionOf(name, request.status);
  if (row === undefined || row.by !== part) return null;
  const circumstances: Circumstances = {
    now: now.getTime(),
    actor: { user, standing: person.standing },
    isOpen: true,
    activeRequest: null,
    releasedHashes: new Set(),
    fileTypes: airlock.fileTypes,
    // What the copies are is looked at when the button is pressed, not whenever the page is.
    storedHashes: new Map(outputsOf(request).map(({ path, hash }) => [path, hash])),
  };
  // What the form itself asks for is not missing before it is sent.
  const command: TransitionCommand =
    name === 'submit'
      ? { do: name, confirmsPolicy: true }
      : name === 'reject'
        ? { do: name, reason: 'given in the form' }
        : name === 'recall'
          ? { do: name, isCancelled: false }
          : { do: name };
  return row.needs.flatMap((need) => need({ request, command, circumstances, user }));
}

/** The rules that an author confirms. */
const policyOf = ({ airlock }: PersonalCall): string =>
  `I confirm that these files hold no information about single people or practices, that counts of ${airlock.disclosure.threshold} or fewer are redacted and all others rounded, that they are needed for the approved purpose of the project, and that I tell nobody of them before they are released.`;

/** Buttons with what they bring about; a button that would be refused is disabled, and says why. */
export function nextStepForms(call: PersonalCall, open: OpenRequest): Html | null {
  const found = nextSteps(call, open);
  if (found.length === 0) return null;
  const asksPolicy = open.request.status === 'pending';
  return html`<ul class="next-steps">${found.map(({ name, label, kind, means, missing }) => {
    const isMissing = missing.length > 0;
    const id = `missing-${name}`;
    return html`<li>${form({
      action: addresses.requestCommand(open.view.id, name),
      csrf: call.csrf,
      label,
      body: html`${revisionField(open)}${
        name === 'submit' && asksPolicy && !isMissing
          ? checkbox({ name: 'policy', value: 'yes', label: policyOf(call) })
          : null
      }<button class="button${kind === 'plain' ? '' : ` ${kind}`}" type="submit"${
        isMissing ? html` disabled aria-describedby="${id}"` : null
      }>${label}</button><p class="small quiet">${means}</p>`,
    })}${isMissing ? missingList(id, missing) : null}</li>`;
  })}</ul>`;
}

/** Rejecting asks for a reason, so it stands by itself. */
export function rejectForm(call: PersonalCall, open: OpenRequest): Html | null {
  if (!open.isOpen || missingFor(call, open, 'reject') === null) return null;
  return html`<details class="disclosure"><summary>Reject the request</summary>${form({
    action: addresses.requestCommand(open.view.id, 'reject'),
    csrf: call.csrf,
    label: 'Reject the request',
    body: html`${revisionField(open)}${textArea({
      name: 'reason',
      label: 'Why none of it can be released',
      hint: 'The author reads this. A rejection cannot be taken back.',
      required: true,
      maxLength: 10_000,
    })}<button class="button danger" type="submit">Reject</button>`,
  })}</details>`;
}

function missingList(id: string, missing: readonly Diagnostic[]): Content {
  const shown = missing.slice(0, 20);
  return html`<div class="missing" id="${id}"><p class="with-icon">${icon('warning')}Missing before this can be done:</p><ul>${shown.map(
    ({ message, hint }) => html`<li>${message} <span class="quiet">${hint}</span></li>`,
  )}${missing.length > shown.length ? html`<li>and ${missing.length - shown.length} more.</li>` : null}</ul></div>`;
}

/** What every form of a request carries: the revision that the person saw. */
export function revisionField({ view }: Pick<OpenRequest, 'view'>): Html {
  return html`<input type="hidden" name="revision" value="${view.revision}">`;
}
