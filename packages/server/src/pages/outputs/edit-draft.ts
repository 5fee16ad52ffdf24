import { sendTo } from '@vitrine/platform';
import type { Call } from '../../http/route.ts';
import { publicationFaults } from '../../publications/faults.ts';
import { addresses } from '../addresses.ts';
import { carryOut } from '../carry-out.ts';
import { ownForm } from '../change-jobs.ts';
import { readFields } from '../form-rules.ts';
import { draftRules } from './draft-form.ts';
import { publicationPage } from './publication.ts';
import { publicationOf } from './publication-access.ts';

/** Gives a draft another title and description. */
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
