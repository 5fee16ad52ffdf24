/** What pages of workspaces call what has become of a file. */
import { type Html, html, type Pill, pill } from '@vitrine/web';
import type { CheckOutcome, FileState } from '../../workspace-files/file-tree.ts';

export const stateWords: Readonly<Record<FileState, Pill & { readonly meaning: string }>> = {
  unreleased: {
    tone: 'neutral',
    icon: 'dash',
    words: 'Not released',
    meaning: 'It has not left and is in no request of yours.',
  },
  'under-review': {
    tone: 'info',
    icon: 'clock',
    words: 'In your request',
    meaning: 'Your release request has these very bytes.',
  },
  updated: {
    tone: 'warning',
    icon: 'warning',
    words: 'Changed since added',
    meaning: 'It was made anew since it was added to your release request.',
  },
  released: {
    tone: 'success',
    icon: 'tick',
    words: 'Released',
    meaning: 'These very bytes have left the workspace before.',
  },
  withdrawn: {
    tone: 'neutral',
    icon: 'cross',
    words: 'Withdrawn',
    meaning: 'You took it back from your release request; it can be added again.',
  },
  invalid: {
    tone: 'danger',
    icon: 'stop',
    words: 'Cannot leave',
    meaning: 'It was refused, or files of its type or with its name may not be released.',
  },
};

export function statePill(state: FileState): Html {
  return pill(stateWords[state]);
}

/** How the disclosure checks ended, in a word. */
export function checkBadge(checked: CheckOutcome | null): Html {
  if (checked === null) return html`<span class="quiet small">not checked</span>`;
  const { passes, findings } = checked;
  const count = `${findings} ${findings === 1 ? 'finding' : 'findings'}`;
  if (!passes) return pill({ tone: 'danger', icon: 'warning', words: count });
  return findings === 0
    ? pill({ tone: 'success', icon: 'tick', words: 'Passes' })
    : pill({ tone: 'warning', icon: 'info', words: `Passes, ${count} to judge` });
}
