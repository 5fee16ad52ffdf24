import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkFile } from './check-file.ts';
import type { RuleId } from './rules.ts';
import { DISCLOSURE_SETTINGS } from './settings.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 200);

function rulesOf(path: string, content: string | Uint8Array): readonly string[] {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return Object.keys(checkFile({ path, bytes }).counts).toSorted();
}

type Row = readonly [name: string, path: string, content: string, rules: readonly RuleId[]];

describe('counts in every dress', () => {
  test.each<Row>([
    ['plain', 'a.csv', 'sex,n\nF,7\nM,8\n', ['small-count', 'unrounded-count']],
    ['zero may stay', 'a.csv', 'sex,n\nF,0\nM,10\n', []],
    ['a rounded five was a small count', 'a.csv', 'sex,n\nF,5\nM,10\n', ['small-count']],
    ['quoted, with a comma', 'a.csv', 'sex,n\nF,"1,203"\nM,10\n', ['unrounded-count']],
    ['with a point', 'a.csv', 'sex,n\nF,3.0\nM,10.0\n', ['small-count']],
    ['an exponent', 'a.csv', 'sex,n\nF,3e0\nM,10\n', ['small-count']],
    ['full-width digits', 'a.csv', 'sex,n\nF,７\nM,10\n', ['small-count']],
    ['Arabic digits', 'a.csv', 'sex,n\nF,٣\nM,10\n', ['small-count']],
    ['an invisible character', 'a.csv', 'sex,n\nF,\u200b3\nM,10\n', ['small-count']],
    ['a word', 'a.csv', 'sex,n\nF,three\nM,10\n', ['small-count']],
    ['a footnote', 'a.csv', 'sex,n\nF,3*\nM,10\n', ['small-count']],
    ['a spreadsheet’s text', 'a.csv', 'sex,n\nF,="3"\nM,10\n', ['small-count']],
    ['the same, quoted', 'a.csv', 'sex,n\nF,"=""3"""\nM,10\n', ['small-count']],
    [
      'very many invisible characters',
      'a.csv',
      `sex,n\nF,3${'\u200b'.repeat(90)}\nM,10\n`,
      ['hidden-content', 'small-count'],
    ],
    ['a key of a telephone', 'a.csv', 'sex,n\nF,3\uFE0F\u20E3\nM,10\n', ['small-count']],
    ['Arabic thousands', 'a.csv', 'sex,n\nF,1٬003\nM,10\n', ['unrounded-count']],
    ['a longer word', 'a.csv', 'sex,n\nF,thirteen\nM,10\n', ['unrounded-count']],
    ['about so many', 'a.csv', 'sex,n\nF,~3\nM,ca. 13\n', ['small-count', 'unrounded-count']],
    ['nearly a whole number', 'a.csv', 'sex,n\nF,2.9999999\nM,10.5\n', ['small-count']],
    ['markup', 'a.csv', 'sex,n\nF,<b>3</b>\nM,10\n', ['small-count']],
    [
      'emphasis',
      'a.md',
      '| sex | n |\n|---|---|\n| F | _3_ |\n| M | `13` |\n',
      ['small-count', 'unrounded-count'],
    ],
    ['colours of a terminal', 'a.txt', 'sex  n\nF  \u001b[31m3\u001b[0m\nM  10\n', ['small-count']],
    [
      'a box of lines',
      'a.txt',
      '┌─────┬────┐\n│ sex ┆ n  │\n╞═════╪════╡\n│ F   ┆ 3  │\n│ M   ┆ 10 │\n└─────┴────┘\n',
      ['small-count'],
    ],
    ['without a header', 'a.csv', 'F,3\nM,10\n', ['small-count']],
    ['a header of percentiles', 'a.csv', 'sex,25,50,75\nF,10,20,30\n', []],
    [
      'in a header',
      'a.csv',
      'trait,Female (n=3),Male (n=10)\nmean age,50.5,40.5\n',
      ['small-count'],
    ],
    [
      'in a label',
      'a.csv',
      'sex,mean\nFemale (N = 3),50.5\nMale (N = 10),40.5\n',
      ['missing-counts', 'small-count'],
    ],
    ['between blanks', 'a.csv', 'sex n\nF 3\nM 10\n', ['small-count']],
    ['a table in a cell', 'a.csv', 'x\n"sex,n\nF,3\nM,10"\n', ['small-count']],
    ['JSON in a cell', 'a.csv', 'x\n"{""F"":3,""M"":10}"\n', ['embedded-data', 'small-count']],
    ['with its percentage', 'a.csv', 'sex,cases\nF,3 (1.5%)\nM,10\n', ['small-count']],
    ['of a whole', 'a.csv', 'sex,cases\nF,3/200\nM,10/200\n', ['small-count']],
    ['a bound below the threshold', 'a.csv', 'sex,n\nF,<5\nM,10\n', ['small-count']],
    ['the bound of the rule', 'a.csv', 'sex,n\nF,<=7\nM,10\n', []],
    ['semicolons', 'a.csv', 'sex;n\nF;3\nM;10\n', ['small-count']],
    ['tabs', 'a.csv', 'sex\tn\nF\t3\nM\t10\n', ['small-count']],
    ['a row longer than the header', 'a.csv', 'sex,n\nF,10,3\nM,10\n', ['small-count']],
    ['behind blank lines', 'a.csv', '\n\n\nsex,n\n\n\nF,3\n', ['small-count']],
    ['a disease called median', 'a.csv', 'disease,n\nmedian nerve injury,3\n', ['small-count']],
    ['a category of one age', 'a.csv', 'region,age_18_39\nEast,3\nLondon,20\n', ['small-count']],
    ['midpoint-6 by name', 'a.csv', 'sex,n_midpoint6\nF,3\nM,15\n', []],
    ['midpoint-6 by name only', 'a.csv', 'sex,n_midpoint6\nF,3\nM,16\n', ['unrounded-count']],
    ['sums of midpoint-6', 'a.csv', 'sex,n_midpoint6_derived\nF,6\nM,12\n', []],
    ['midpoint-6 without a name', 'a.csv', 'region,n\na,3\nb,9\nc,33\nd,57\ne,111\nf,0\n', []],
    ['years are no counts', 'a.csv', 'year,n\n2019,10\n2020,15\n', []],
    ['a lone column', 'a.csv', 'n\n3\n', ['small-count']],
    ['nothing', 'a.csv', '', []],
  ])('%s', (_name, path, content, expected) => {
    expect(rulesOf(path, content)).toEqual(expected.toSorted());
  });
});

describe('what describes patients', () => {
  test.each<Row>([
    ['patient_id', 'a.csv', 'patient_id,age\n1,30\n2,40\n', ['patient-id', 'patient-rows']],
    ['dates of birth', 'a.csv', 'dob,sex\n1970-01-01,F\n', ['date-of-birth', 'patient-rows']],
    ['attributes alone', 'a.csv', 'age,sex,bmi\n30,F,22.1\n41,M,30.2\n', ['patient-rows']],
    [
      'printed rows in a log',
      'a.log',
      'done\n   patient_id  age\n0  123  45\n1  124  46\n2  125  47\n',
      ['log-file', 'patient-id', 'patient-rows', 'rows-in-text'],
    ],
    ['an identifier in a cell', 'a.csv', 'note,n\nFailed for patient_id=8812,10\n', ['patient-id']],
    ['a count in words', 'a.txt', 'There were three deaths.\n', ['small-count']],
    ['an identifier in prose', 'a.txt', 'Failed for patient_id=8812.\n', ['patient-id']],
    ['an NHS number in prose', 'a.txt', 'See 943 476 5919 for it.\n', []],
    ['an NHS number in use', 'a.txt', 'See 401 023 2137 for it.\n', ['patient-id']],
    ['a date of birth in prose', 'a.txt', 'She was born on 1931-02-03.\n', ['date-of-birth']],
    [
      'a count in prose',
      'a.txt',
      'There were 3 patients and 12 deaths.\n',
      ['small-count', 'unrounded-count'],
    ],
    ['rounded prose', 'a.md', '# Results\n\nThere were 30 patients in 2020.\n', []],
    ['a breakdown', 'a.csv', 'sex,region,n\nF,East,10\nM,East,15\nF,London,20\nM,London,25\n', []],
  ])('%s', (_name, path, content, expected) => {
    expect(rulesOf(path, content)).toEqual(expected.toSorted());
  });

  test('too many rows', () => {
    const rows = Array.from({ length: 5001 }, (_, at) => `c${at},10\n`).join('');
    expect(rulesOf('a.csv', `term,n\n${rows}`)).toEqual(['too-many-rows']);
  });
});

describe('JSON, notebooks, HTML and SVG', () => {
  const page = (body: string): string => `<!DOCTYPE html><html><body>${body}</body></html>`;
  const table = '<table><tr><th>sex</th><th>n</th></tr><tr><td>F</td><td>3</td></tr></table>';
  const figure = (body: string): string =>
    `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">${body}</svg>`;
  test.each<Row>([
    ['records', 'a.json', '[{"sex":"F","n":3},{"sex":"M","n":10}]', ['small-count']],
    ['columns', 'a.json', '{"sex":["F","M"],"n":[3,10]}', ['small-count']],
    [
      'a count in a key',
      'a.json',
      '{"Female (n=3)":{"mean":50.5,"sd":1.5}}',
      ['missing-counts', 'small-count'],
    ],
    ['a count in a text', 'a.json', '{"note":"There were 3 deaths."}', ['small-count']],
    ['a lone number', 'a.json', '{"result":{"n_patients":3}}', ['small-count']],
    ['a key twice', 'a.json', '{"n":3,"n":10}', ['hidden-content']],
    ['JSON in a text', 'a.json', '{"x":"{\\"n\\":3}"}', ['embedded-data', 'small-count']],
    [
      'a notebook',
      'a.json',
      JSON.stringify({ nbformat: 4, cells: [{ outputs: [{ data: { 'text/html': [table] } }] }] }),
      ['small-count'],
    ],
    ['not JSON', 'a.json', '{', ['unreadable']],
    ['a table', 'a.html', page(table), ['small-count']],
    [
      'a table that is never closed',
      'a.html',
      page(table.replace('</table>', '')),
      ['small-count'],
    ],
    ['a digit as a reference', 'a.html', page(table.replace('3', '&#51;')), ['small-count']],
    ['a script', 'a.html', page('<script>go()</script>'), ['active-content']],
    [
      'data in a script',
      'a.html',
      page('<script type="application/json">{"n":[3,10,11]}</script>'),
      ['active-content', 'embedded-data', 'small-count', 'unrounded-count'],
    ],
    ['a handler', 'a.html', page('<p onclick="x()">a</p>'), ['active-content']],
    [
      'a picture elsewhere',
      'a.html',
      page('<img src="https://example.org/a.png">'),
      ['active-content'],
    ],
    [
      'a scheme with blanks',
      'a.html',
      page('<a href="java\tscript:x()">a</a>'),
      ['active-content'],
    ],
    [
      'a style that loads',
      'a.html',
      page('<p style="background:u\\72l(http://x/)">a</p>'),
      ['active-content'],
    ],
    ['a hidden element', 'a.html', page('<p style="display: none">3</p>'), ['hidden-content']],
    ['a slash that closes nothing', 'a.html', page('<div hidden/>31</div>'), ['hidden-content']],
    ['text before any element', 'a.html', 'There were 3 patients. <p>End</p>', ['small-count']],
    ['a comment', 'a.html', page('<!-- 3 -->'), ['hidden-content']],
    ['a comment that never ends', 'a.html', '<!-- 3', ['unreadable']],
    ['a link', 'a.html', page('<a href="https://example.org/">a</a>'), []],
    ['a figure', 'a.svg', figure('<path d="M0 0"/><text>n=40</text>'), []],
    ['a count in a figure', 'a.svg', figure('<text>n=3</text>'), ['small-count']],
    ['a script in a figure', 'a.svg', figure('<script>1</script>'), ['active-content']],
    ['a page in a figure', 'a.svg', figure('<foreignObject/>'), ['active-content']],
    [
      'invisible text in a figure',
      'a.svg',
      figure('<text opacity="0">31</text>'),
      ['hidden-content'],
    ],
    ['what a library writes', 'a.svg', figure('<metadata>matplotlib</metadata>'), ['metadata']],
    ['an entity', 'a.svg', `<!DOCTYPE svg [<!ENTITY a "3">]>${figure('')}`, ['hidden-content']],
    ['very many points', 'a.svg', figure('<circle r="1"/>'.repeat(500)), ['crowded-figure']],
    ['no figure', 'a.svg', 'n=3', ['unreadable']],
    ['a script in a cell', 'a.csv', 'a,n\n<script>x</script>,10\n', ['active-content']],
    ['a formula', 'a.csv', 'a,n\n=HYPERLINK("x"),10\n', ['active-content']],
    ['a formula for a program', 'a.csv', "a,n\n=cmd|'/c calc'!A1,10\n", ['active-content']],
    ['a negative number is no formula', 'a.csv', 'a,estimate,n\nx,-1.5,10\n', []],
  ])('%s', (_name, path, content, expected) => {
    expect(rulesOf(path, content)).toEqual(expected.toSorted());
  });
});

describe('what nobody sees', () => {
  const secret = 'sex,n\nF,3\nM,13\n'.repeat(20);
  const page = (body: string): string => `<!DOCTYPE html><html><body>${body}</body></html>`;
  const gzip = (name: string): Uint8Array => {
    const packed = gzipSync('sex,n\nM,10\n');
    packed[3] = 8;
    return Buffer.concat([packed.subarray(0, 10), Buffer.from(`${name}\0`), packed.subarray(10)]);
  };
  test.each<readonly [string, string, string | Uint8Array, readonly RuleId[]]>([
    [
      'a text in invisible characters',
      'a.md',
      `a${'\u200b\u200c'.repeat(50)}b`,
      ['hidden-content'],
    ],
    ['a text in tags', 'a.txt', `a${'\u{E0041}'.repeat(50)}b`, ['hidden-content']],
    ['a text in variants', 'a.json', `{"a":"b${'\u{E0101}'.repeat(50)}"}`, ['hidden-content']],
    ['a flag and a family', 'a.txt', '🏴\u{E0067}\u{E0062}\u{E007F} 👩\u200d👧', []],
    ['a text in the name', 'a\u200b\u200c.csv', 'sex,n\nM,10\n', ['hidden-content']],
    ['a name that turns round', '\u202egnp.csv', 'sex,n\nM,10\n', ['hidden-content']],
    ['another order to a terminal', 'a.txt', 'a\u001b[8m3', ['unreadable']],
    ['orders of one byte', 'a.txt', 'a\u009b8m3', ['unreadable']],
    ['a file as base64', 'a.txt', Buffer.from(secret).toString('base64'), ['embedded-data']],
    [
      'the same in lines',
      'a.md',
      Buffer.from(secret).toString('base64').replace(/.{76}/g, '$&\n'),
      ['embedded-data'],
    ],
    [
      'a file as digits',
      'a.json',
      JSON.stringify({ a: Buffer.from(secret).toString('hex') }),
      ['embedded-data'],
    ],
    [
      'base64 in a cell',
      'a.csv',
      `a\n${Buffer.from(secret).toString('base64')}\n`,
      ['embedded-data'],
    ],
    [
      'a file in an address',
      'a.md',
      '![a](data:text/csv,sex%2Cn%0AF%2C3%0AM%2C10)',
      ['embedded-data', 'small-count'],
    ],
    ['the name in a packed file', 'b/a.csv.gz', gzip('a.csv'), []],
    ['a text as the name', 'b/a.csv.gz', gzip('F 3, M 13'), ['hidden-content']],
    [
      'a value beside the one shown',
      'a.html',
      page('<p data-order="3">10</p>'),
      ['hidden-content'],
    ],
    ['the same in a figure', 'a.svg', '<svg><path data-n="3" d=""/></svg>', ['hidden-content']],
    ['a name in a page', 'a.html', '<meta name="x" content="F 3">', ['hidden-content']],
    ['the size of a screen', 'a.html', '<meta name="viewport" content="initial-scale=1">', []],
    ['an instruction', 'a.html', page('<?x F=3?>'), ['hidden-content']],
    [
      'an instruction in a figure',
      'a.svg',
      '<?xml version="1.0"?><?x F=3?><svg/>',
      ['hidden-content'],
    ],
    ['a declaration', 'a.html', page('<!X F=3>'), ['hidden-content']],
    [
      'a comment for one browser',
      'a.html',
      page('<!--[if IE]>F=3<![endif]-->'),
      ['hidden-content'],
    ],
    ['a style that hides', 'a.html', page('<style>.a{display:none}</style>'), ['hidden-content']],
    [
      'a style that writes',
      'a.html',
      page('<style>p::after{content:"3"}</style>'),
      ['hidden-content'],
    ],
    ['a long description', 'a.svg', `<svg><desc>${secret}</desc></svg>`, ['hidden-content']],
    ['a comment of Markdown', 'a.md', '[//]: # (F 3, M 13)\n', ['hidden-content']],
  ])('%s', (_name, path, content, expected) => {
    const rules = rulesOf(path, content).filter((rule) => rule !== 'metadata');
    expect(rules).toEqual(expected.toSorted());
  });
});

describe('what cannot be read fails', () => {
  test.each<readonly [string, string, string | Uint8Array, readonly RuleId[]]>([
    ['another type', 'a.xlsx', 'PK', ['file-type', 'unreadable']],
    ['no type', 'output/table', 'n\n10\n', ['file-type', 'unreadable']],
    ['not UTF-8', 'a.csv', new Uint8Array([0x6e, 0x0a, 0xe9]), ['unreadable']],
    ['UTF-16', 'a.csv', Buffer.from('\uFEFFn\n3\n', 'utf16le'), ['unreadable']],
    ['control characters', 'a.txt', 'a\u0001b', ['unreadable']],
    ['an open quotation mark', 'a.csv', 'a,n\n"x,10\n', ['unreadable']],
    [
      'a picture under the name of a table',
      'a.csv',
      new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0]),
      ['unreadable'],
    ],
    ['a table under the name of a picture', 'a.png', 'n\n10\n', ['unreadable']],
    [
      'records of very many keys',
      'a.json',
      JSON.stringify(Array.from({ length: 3000 }, (_, at) => ({ [`k${at}`]: 10 }))),
      ['unreadable'],
    ],
    [
      'a small file that is a huge table',
      'a.csv',
      `${'a,'.repeat(1500)}b\n${'1\n'.repeat(10_000)}`,
      ['unreadable'],
    ],
    [
      'a small file that is a huge figure',
      'a.svgz',
      gzipSync(`<svg>${'<g/>'.repeat(1_100_000)}</svg>`),
      ['unreadable'],
    ],
    ['too many columns', 'a.csv', `${'a,'.repeat(3000)}b\n`, ['unreadable']],
  ])('%s', (_name, path, content, expected) => {
    expect(rulesOf(path, content)).toEqual(expected.toSorted());
  });

  test('too large, without being read', () => {
    const settings = { ...DISCLOSURE_SETTINGS, maximumBytes: 10 };
    const report = checkFile({ path: 'a.csv', bytes: new Uint8Array(11) }, settings);
    expect(report).toMatchObject({ passes: false, counts: { 'too-large': 1 } });
  });

  test('no bytes make a check fall over, whatever they are called', () => {
    const paths = DISCLOSURE_SETTINGS.fileTypes.map((type) => `a.${type}`);
    const text = fc.string({
      unit: fc.constantFrom(...'<>/="\'!-{}[]:,;|\t\n &#ant13'),
      maxLength: 80,
    });
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      text.map((one) => new TextEncoder().encode(one)),
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths), bytes, (path, content) => {
        const report = checkFile({ path, bytes: content });
        expect(report).toEqual(checkFile({ path, bytes: content }));
        expect(JSON.stringify(report)).not.toMatch(/undefined|is not a function|Cannot read/);
      }),
      { numRuns },
    );
  });
});
