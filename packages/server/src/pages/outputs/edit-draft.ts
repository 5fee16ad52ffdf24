/** Title and description of a draft. */
import { card, type Html } from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import { publicationFaults } from '../../publications/faults.ts';
import type { PublicationDetail } from '../../queries/publications.ts';
import { addresses } from '../addresses.ts';
import { carryOut } from '../carry-out.ts';
import { ownForm } from '../change-jobs.ts';
import { type FormRules, readFields, ruledForm, type Values, type Wrong } from '../form-rules.ts';
import { sendTo } from '../frame.ts';
import { publicationPage, type Refused } from './publication.ts';
import { publicationOf } from './publication-access.ts';

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

export async function editDraft(call: Call): Promise<Response> {
  const fields = await ownForm(call);
  const { identifier, state } = await publicationOf(call);
  const { values, wrong } = readFields(fields, draftRules);
  if (wrong !== null) return await publicationPage(call, { form: 'draft', values, wrong });
  await carryOut(
    call,
    {
      kind: 'publication-edited',
      target: ['publication', identifier],
      details: { title: values.title },
    },
    async (tx) => {
      const { numUpdatedRows } = await tx
        .updateTable('publication')
        .set(values)
        .where('identifier', '=', identifier)
        .where('state', '=', 'draft')
        .executeTakeFirst();
      // What is public stays as it was read by whoever published it.
      if (numUpdatedRows === 0n) {
        throw publicationFaults.error('publication-step-refused', { step: 'edit', state });
      }
    },
  );
  return sendTo(call, addresses.publication(identifier), 'saved');
}
