/** Makes `docs/disclosure.md` from the rules, the settings and the corpus, so that figures cannot drift from the code. */
import { join } from 'node:path';
import { cellRules } from '../../packages/disclosure/src/corpus/case.ts';
import { CORPUS_SEED, makeCorpus } from '../../packages/disclosure/src/corpus/corpus.ts';
import { precision, recall, scoreCorpus } from '../../packages/disclosure/src/corpus/score.ts';
import { disclosureSettingsTable, ruleIds, rules } from '../../packages/disclosure/src/index.ts';

/** Where the page lies. */
export const disclosurePagePath: string = join(import.meta.dirname, '../../docs/disclosure.md');

/** Seeds whose files nobody looked at while the rules were made; their figures are added up. */
const FURTHER_SEEDS = [21, 22, 23, 24, 25];

function figures(seeds: readonly number[]): string {
  const corpora = seeds.map((seed) => makeCorpus(seed));
  const all = corpora.flatMap((corpus) => scoreCorpus(corpus));
  const rows = [...Map.groupBy(all, ({ rule }) => rule)].map(([rule, scores]) => {
    const total = (key: 'found' | 'missed' | 'wrong'): number =>
      scores.reduce((sum, score) => sum + score[key], 0);
    const sum = {
      rule,
      cases: [],
      found: total('found'),
      missed: total('missed'),
      wrong: total('wrong'),
    };
    const unit = cellRules.includes(rule) ? 'cells' : 'files';
    const cells = [
      `\`${rule}\``,
      unit,
      sum.found,
      sum.missed,
      sum.wrong,
      percent(recall(sum)),
      percent(precision(sum)),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `${corpora.reduce((sum, corpus) => sum + corpus.length, 0).toLocaleString('en-GB')} files, seed${seeds.length === 1 ? '' : 's'} ${seeds.join(', ')}:`,
    '',
    '| rule | counted in | found | missed | wrongly told | recall | precision |',
    '| --- | --- | --: | --: | --: | --: | --: |',
    ...rows,
  ].join('\n');
}

/** Two decimals, never rounded up to the whole. */
function percent(share: number): string {
  return share === 1 ? '100 %' : `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`;
}

/** The page as Markdown. */
export function renderDisclosurePage(): string {
  const ruleRows = ruleIds.map((id) => {
    const { severity, title, reason, remedy, mechanical } = rules[id];
    return `| \`${id}\` | ${severity} | ${title}. ${reason} | ${remedy} | ${mechanical ? 'yes' : ''} |`;
  });
  const settingRows = Object.entries(disclosureSettingsTable).map(
    ([key, { summary, default: value }]) =>
      `| \`${key}\` | ${summary} | \`${JSON.stringify(value)}\` |`,
  );
  return `# Disclosure checks

Made by \`npm run docs\` from the rules, the settings and the corpus; do not edit.

Every moderately sensitive output is checked when its job ends, and its findings stand in the manifest beside it. By hand:

\`\`\`
vitrine disclosure check PATH… [--json | --sarif] [--released PATH…] [--settings FILE]
vitrine disclosure fix PATH…
\`\`\`

\`check\` ends with 1 when something must not leave as it is. \`fix\` writes a copy beside the original, \`table.fixed.csv\`, in which
everything that can be mended by rule is mended: counts redacted, then rounded, then further cells redacted where one alone could be
computed from a total; pictures and pages stripped. The checks help the people who decide. They do not replace them: a file
without findings is not thereby safe.

## What is read

Tables of any delimiter, packed or not, JSON, HTML, Markdown, text, logs, notebooks as JSON, SVG, PNG and JPEG. Tables are looked for
in all of them, and the same rules judge them all. What cannot be read for certain fails: another encoding, control characters,
unclosed quotation marks, check sums that are wrong, pixels that are too few, a packed file beyond the limit.

Whole numbers are taken for counts unless the name of the column, the label of the row or the shape of the column says otherwise. Zero may
stay. A count of 5 is a finding too: redaction comes before rounding, so nothing from 1 to the threshold can be left. Midpoint-6 rounding
is recognised by \`_midpoint6\` in a name (\`_midpoint6_derived\` for sums of such counts), or by at least four different values of a table
that agree. Percentages are a finding when no rounded count can have given them.

## Rules

An \`error\` must not leave as it is; a \`warning\` is for a checker to judge.

| rule | severity | what it is | what to do | mended by \`fix\` |
| --- | --- | --- | --- | --- |
${ruleRows.join('\n')}

## Settings

The owner of the data sets them under \`disclosure\` in the agent’s configuration; \`--settings\` takes the same object by hand.

| setting | meaning | default |
| --- | --- | --- |
${settingRows.join('\n')}

## How well they do

Measured on files made from seeds with known answers: eleven shapes of tables of counts, each treated in six ways (safe, raw, rounded
without redaction, redacted without rounding, a few cells forgotten, midpoint-6), as csv of four delimiters, HTML, JSON, Markdown and
text; nine shapes of tables of patients; and seven shapes of tables whose numbers tell on one another. Tables of patients count as found by
the rule \`patient-rows\`; whether a single-row total is the sum of its neighbours is a guess, which is where totals err.

The corpus that the rules were made on. ${figures([CORPUS_SEED])}

Corpora that nobody looked at while the rules were made, of the same shapes. ${figures(FURTHER_SEEDS)}

## What they cannot see

Numbers in the pixels of a picture; a count under the name of a year or an age that could be one; a column of identifiers that looks
like labels; two tables of one request that are only telling together. The last is looked for among released tables with equal labels
and names of columns alone.
`;
}
