import { card, type Html, heading, html } from '@vitrine/web';
import type { Call } from '../http/route.ts';
import { respond } from './frame.ts';

/** What the two levels of outputs mean, in the words that every job request page carries. */
export const securityLevels: Html = html`<ul class="levels">
  <li><code>highly_sensitive</code>
    <ul>
      <li>Researchers can never directly view these outputs</li>
      <li>Researchers can only request code is run against them</li>
    </ul>
  </li>
  <li><code>moderately_sensitive</code>
    <ul>
      <li>Can be viewed by an approved researcher by logging into a highly secure environment</li>
      <li>These are the only outputs that can be requested for public release via a controlled output review service.</li>
    </ul>
  </li>
</ul>`;

/** How data are sealed, level by level. */
export async function securityLevelsPage(call: Call): Promise<Response> {
  const levels = [
    ['Level 1', 'Raw records. Nobody who does research reaches them.'],
    ['Level 2', 'The linked database. Only programs that the platform itself wrote read it.'],
    [
      'Level 3: highly_sensitive',
      'Extracts with a row for each patient. Code works on them; nobody looks at them.',
    ],
    [
      'Level 4: moderately_sensitive',
      'Tables, figures and logs. Approved researchers look at them inside the secure environment.',
    ],
    [
      'Released',
      'Files that two people have checked and let out. People with a role on the project see them.',
    ],
    ['Published', 'Released files that a publisher has made public. Everybody sees them.'],
  ] as const;
  return await respond(call, {
    title: 'Security levels',
    main: html`${heading({
      title: 'Security levels',
      lead: 'Code travels to sealed data; only reviewed tables travel back. On that road, data are at one of these levels.',
    })}
    <div class="stack wide">${card({
      id: 'levels',
      title: 'The levels',
      body: html`<dl class="key-values">${levels.map(
        ([name, words]) => html`<div><dt>${name}</dt><dd>${words}</dd></div>`,
      )}</dl>`,
    })}
    ${card({ id: 'outputs', title: 'The two levels of outputs', body: securityLevels })}</div>`,
  });
}
