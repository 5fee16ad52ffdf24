/** The forms of a request: each is one or more commands of the core, at the revision that the person saw. */
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import { type FormFields, httpFaults, sendTo } from '@vitrine/platform';
import { ownForm } from '../../http/guard.ts';
import { formTarget, type PersonalCall, type Route } from '../../http/route.ts';
import type { Step } from '../../review/decide-all.ts';
import { isRepeat } from '../../review/repeat.ts';
import { proveApproval } from '../../store/prove-approval.ts';
import { surroundingsOf } from '../../store/surroundings.ts';
import { addresses } from '../addresses.ts';
import { explanationOf, prompts } from './explanation.ts';
import { type OpenRequest, openRequest } from './open-request.ts';
import { outdatedPage } from './outdated.ts';

/** What a form asks for. */
interface Asked {
  readonly steps: readonly Step[];
  /** Where the browser goes afterwards; the request, unless said. */
  readonly back?: string;
}

interface FormKind {
  /** See `done` of the frame. */
  readonly told: string;
  readonly read: (fields: FormFields, open: OpenRequest, call: PersonalCall) => Asked;
}

const one = (step: Step): Asked => ({ steps: [step] });

const eachFile =
  (step: (path: string, fields: FormFields) => Step): FormKind['read'] =>
  (fields) => ({ steps: fields.all('path').map((path) => step(path, fields)) });

/** Every form by the last part of its address. */
const forms: Readonly<Record<string, FormKind>> = {
  submit: {
    told: 'submitted',
    read: (fields) => one({ do: 'submit', confirmsPolicy: fields.text('policy') === 'yes' }),
  },
  withdraw: { told: 'withdrawn', read: () => one({ do: 'withdraw' }) },
  'submit-review': { told: 'review-submitted', read: () => one({ do: 'submit-review' }) },
  return: { told: 'returned', read: () => one({ do: 'return' }) },
  approve: { told: 'approved', read: () => one({ do: 'approve' }) },
  reject: {
    told: 'rejected',
    read: (fields) => one({ do: 'reject', reason: fields.text('reason') }),
  },
  'edit-group': {
    told: 'saved',
    read: (fields) => {
      const answers = Object.fromEntries(prompts.map(({ name }) => [name, fields.text(name)]));
      return one({ do: 'edit-group', group: fields.text('group'), ...explanationOf(answers) });
    },
  },
  'move-files': {
    told: 'saved',
    read: eachFile((path, fields) => ({
      do: 'move-file',
      path,
      group: fields.text('group').normalize('NFC').slice(0, 100),
    })),
  },
  'make-output': {
    told: 'saved',
    read: eachFile((path) => ({ do: 'retype-file', path, type: 'output' })),
  },
  'make-supporting': {
    told: 'saved',
    read: eachFile((path) => ({ do: 'retype-file', path, type: 'supporting' })),
  },
  'withdraw-files': { told: 'saved', read: eachFile((path) => ({ do: 'withdraw-file', path })) },
  vote: { told: 'voted', read: readVote },
  'request-changes-of-group': {
    told: 'voted',
    read: (fields) => one({ do: 'request-changes-of-group', group: fields.text('group') }),
  },
  comment: {
    told: 'commented',
    read: (fields, open) => ({
      ...one({
        do: 'comment',
        id: idOf(fields),
        group: fields.text('group'),
        text: fields.text('text'),
        visibility: fields.text('visibility') === 'private' ? 'private' : 'public',
      }),
      ...(fields.has('file')
        ? { back: addresses.requestFile(open.view.id, fields.text('file')) }
        : {}),
    }),
  },
  'publish-comment': {
    told: 'saved',
    read: (fields) => one({ do: 'publish-comment', id: idOf(fields) }),
  },
  'delete-comment': {
    told: 'saved',
    read: (fields) => one({ do: 'delete-comment', id: idOf(fields) }),
  },
};

export const commandRoutes: readonly Route[] = Object.entries(forms).map(([name, kind]) =>
  formTarget(`/requests/:request/${name}`, (call) => carryOut(call, kind)),
);

async function carryOut(call: PersonalCall, { told, read }: FormKind): Promise<Response> {
  const open = await openRequest(call);
  const fields = await ownForm(call);
  const revision = Number(fields.text('revision'));
  if (!Number.isSafeInteger(revision)) {
    throw httpFaults.error('body-invalid', { problems: ['revision: must be a number'] });
  }
  const { steps, back = addresses.request(open.view.id) } = read(fields, open, call);
  if (steps.length === 0) {
    throw httpFaults.error('body-invalid', { problems: ['path: tick at least one file'] });
  }
  const { airlock, person, now } = call;
  const { workspace } = open.request;
  const approves = steps.some((step) => step.do === 'approve');
  const surroundings = await surroundingsOf(airlock, {
    person,
    now,
    workspace,
    ...(approves ? { toApprove: open.request } : {}),
  });
  try {
    await airlock.requests.executeAll(open.view.id, revision, steps, surroundings);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    // As it is now: another of two clicks may have been quicker.
    const latest = await openRequest(call);
    const circumstances = {
      ...surroundings,
      activeRequest: null,
      releasedHashes: new Set<string>(),
    };
    if (isRepeat(latest.events, revision, steps, circumstances) || isWritten(latest, steps)) {
      return sendTo(call, back, told);
    }
    if (isOutdated(error.diagnostics)) return outdatedPage(call, latest, revision, fields, back);
    throw error;
  }
  return sendTo(call, back, told);
}

function isOutdated(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ code }) => code === 'review-outdated');
}

/** Whether this very comment is there already. */
function isWritten({ request, user }: OpenRequest, steps: readonly Step[]): boolean {
  const [step] = steps;
  return (
    step?.do === 'comment' &&
    request.comments.some(
      ({ id, author, text }) => id === step.id && author === user && text === step.text,
    )
  );
}

function readVote(fields: FormFields, open: OpenRequest, { person }: PersonalCall): Asked {
  const path = fields.text('path');
  const hash = fields.text('hash');
  const given = fields.text('vote');
  const back = addresses.requestFile(open.view.id, path);
  switch (given) {
    case 'approved': {
      const proof = proveApproval(person, open.request, { path, hash });
      return { steps: [{ do: 'vote', path, vote: given, hash, proof }], back };
    }
    case 'changes-requested':
      return { steps: [{ do: 'vote', path, vote: given, hash, proof: null }], back };
    case 'none':
      return { steps: [{ do: 'vote', path, vote: null, hash, proof: null }], back };
    default:
      throw httpFaults.error('body-invalid', {
        problems: ['vote: must be approved, changes-requested or none'],
      });
  }
}

function idOf(fields: FormFields): string {
  const id = fields.text('id');
  if (!/^[a-z2-7]{16}$/.test(id)) {
    throw httpFaults.error('body-invalid', { problems: ['id: must name a comment'] });
  }
  return id;
}
