import { isDuplicate, sendTo } from '@vitrine/platform';
import { card, html, pill, shortInstant, table } from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import { slugFault } from '../../people/validate.ts';
import { backendStatuses } from '../../queries/places.ts';
import { carryOut } from '../carry-out.ts';
import { ownForm } from '../change-jobs.ts';
import { type FormRules, readFields, ruledForm, type Values, type Wrong } from '../form-rules.ts';
import { respondStaff } from './frame.ts';

type Field = 'name' | 'slug';

const rules: FormRules<Field> = {
  name: {
    kind: 'text',
    label: 'Name',
    required: true,
    maxLength: 200,
    hint: 'As pages show it. A backend that is called Test is said to hold no real data.',
  },
  slug: {
    kind: 'text',
    label: 'Name in addresses',
    required: true,
    maxLength: 64,
    hint: 'It cannot be changed later.',
    check: slugFault,
  },
};

export async function staffBackendsPage(
  call: Call,
  values: Partial<Values<Field>> = {},
  wrong: Wrong<Field> | null = null,
): Promise<Response> {
  const rows = await backendStatuses(call.site.db);
  return await respondStaff(call, {
    title: 'Backends',
    status: wrong === null ? 200 : 422,
    main: html`${card({
      id: 'backends',
      title: 'Backends',
      flush: true,
      body: table({
        caption: 'Backends',
        columns: [
          {
            heading: 'Name',
            names: true,
            cell: ({ slug, name }) => html`<a href="/staff/backends/${slug}">${name}</a>`,
          },
          { heading: 'In addresses', cell: ({ slug }) => html`<code>${slug}</code>` },
          {
            heading: 'Open',
            cell: ({ is_active }) =>
              is_active
                ? pill({ tone: 'success', icon: 'tick', words: 'Active' })
                : pill({ tone: 'neutral', icon: 'stop', words: 'Closed' }),
          },
          { heading: 'Running', align: 'end', cell: ({ running }) => running },
          { heading: 'Pending', align: 'end', cell: ({ pending }) => pending },
          { heading: 'Last contact (UTC)', cell: ({ last_seen_at }) => shortInstant(last_seen_at) },
        ],
        rows,
        empty: 'There are no backends yet.',
      }),
    })}
    ${card({
      id: 'new',
      title: 'Add a backend',
      body: ruledForm({
        action: '/staff/backends',
        csrf: call.csrf,
        rules,
        values,
        wrong,
        submit: 'Add backend',
      }),
    })}`,
  });
}

export async function createBackend(call: Call): Promise<Response> {
  const { values, wrong } = readFields(await ownForm(call), rules);
  if (wrong !== null) return await staffBackendsPage(call, values, wrong);
  try {
    await carryOut(
      call,
      {
        kind: 'backend-created',
        target: ['backend', values.slug],
        details: { name: values.name },
      },
      async (tx) =>
        await tx
          .insertInto('backend')
          .values({ ...values, created_at: call.now })
          .execute(),
    );
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return await staffBackendsPage(call, values, {
      slug: 'Another backend has this name in addresses.',
    });
  }
  return sendTo(call, `/staff/backends/${values.slug}`, 'saved');
}
