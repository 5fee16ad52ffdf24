/** The page on which an author says what the files of a group are, prompt by prompt. */
import { card, fieldset, form, heading, html, submit, textArea } from '@vitrine/web';
import { airlockFaults } from '../../faults.ts';
import type { PersonalCall } from '../../http/route.ts';
import { addresses } from '../addresses.ts';
import { respond } from '../frame.ts';
import { answersOf, type Prompt, prompts } from './explanation.ts';
import { mayEdit } from './group-card.ts';
import { revisionField } from './next-steps.ts';
import { openRequest } from './open-request.ts';

/** Longest answer to one prompt, in characters: all of them together fit into the texts of a group. */
const LONGEST_ANSWER = 2000;

export async function groupPage(call: PersonalCall): Promise<Response> {
  const open = await openRequest(call);
  const name = call.http.req.query('name') ?? '';
  const group = open.view.groups.find((one) => one.name === name);
  if (group === undefined) throw airlockFaults.error('review-group-missing', { group: name });
  if (!mayEdit(open)) {
    const what = 'edit the context and controls of a group now';
    throw airlockFaults.error('review-not-allowed', { what, part: open.part });
  }
  const answers = answersOf(group);
  const fields = (part: Prompt['of']) =>
    prompts
      .filter(({ of }) => of === part)
      .map(({ name: field, title, question, isExpected }) =>
        textArea({
          name: field,
          label: title,
          hint: question,
          value: answers[field] ?? '',
          plain: isExpected,
          maxLength: LONGEST_ANSWER,
        }),
      );
  return respond(call, {
    title: `Group “${name}”`,
    breadcrumbs: [
      { label: 'Release requests', href: addresses.requests },
      { label: open.view.id, href: addresses.request(open.view.id) },
      { label: name, href: addresses.requestGroup(open.view.id, name) },
    ],
    main: html`${heading({
      title: `Group “${name}”`,
      lead: 'A quarter of all requests come back because too little is said of the files. Reviewers judge them by what you write here.',
    })}
    <div class="stack narrow">${card({
      id: 'explanation',
      title: 'What the files are, and what was done',
      body: form({
        action: addresses.requestCommand(open.view.id, 'edit-group'),
        csrf: call.csrf,
        body: html`${revisionField(open)}<input type="hidden" name="group" value="${name}">
        ${fieldset('Context', fields('context'))}${fieldset('Controls', fields('controls'))}
        <p class="buttons">${submit('Save')}<a class="button" href="${addresses.request(open.view.id)}">Back without saving</a></p>`,
      }),
    })}</div>`,
  });
}
