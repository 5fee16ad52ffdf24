/** The form for title and description of a publication. */
import { card, type Html } from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import type { PublicationDetail } from '../../queries/publications.ts';
import { addresses } from '../addresses.ts';
import { type FormRules, ruledForm, type Values, type Wrong } from '../form-rules.ts';

/** What a page that is shown again says was wrong with what was sent. */
export interface Refused {
  readonly form: 'withdraw' | 'draft';
  readonly values: Readonly<Record<string, string>>;
  readonly wrong: Readonly<Record<string, string>>;
}

type Described = 'title' | 'description';

export const draftRules: FormRules<Described> = {
  title: {
    kind: 'text',
    label: 'Title',
    required: true,
    maxLength: 200,
    hint: 'What it is cited by.',
  },
  description: {
    kind: 'area',
    label: 'Description',
    maxLength: 5000,
    hint: 'What the files show, and what readers need to know of them. Everybody can read it once it is public.',
  },
};

export function draftCard(
  call: Call,
  publication: PublicationDetail,
  refused: Refused | null,
): Html {
  const isRefused = refused?.form === 'draft';
  return card({
    id: 'draft',
    title: 'Title and description',
    body: ruledForm({
      action: `${addresses.publication(publication.identifier)}/edit`,
      csrf: call.csrf,
      rules: draftRules,
      values: isRefused ? (refused.values as Values<Described>) : publication,
      wrong: isRefused ? (refused.wrong as Wrong<Described>) : null,
      submit: 'Save',
    }),
  });
}
