import { describe, expect, test } from 'vitest';
import { makeCorpus } from '../corpus/corpus.ts';
import { DISCLOSURE_SETTINGS } from '../settings.ts';
import { fixFile } from './fix-file.ts';

function fixed(
  path: string,
  text: string,
): { readonly text: string | null; readonly rules: readonly string[] } {
  const { bytes, report } = fixFile({ path, bytes: new TextEncoder().encode(text) });
  return {
    text: bytes === null ? null : Buffer.from(bytes).toString('utf8'),
    rules: Object.keys(report.counts),
  };
}

describe('tables', () => {
  test('counts are redacted first and rounded then', () => {
    expect(fixed('a.csv', 'region,n\na,3\nb,8\nc,62\nd,0\n')).toEqual({
      text: 'region,n\na,[REDACTED]\nb,10\nc,60\nd,0\n',
      rules: [],
    });
  });

  test('a cell that a total gives away takes another with it', () => {
    expect(fixed('a.csv', 'region,n\na,3\nb,40\nc,60\nTotal,115\n')).toEqual({
      text: 'region,n\na,[REDACTED]\nb,[REDACTED]\nc,60\nTotal,115\n',
      rules: [],
    });
  });

  test('quotation marks, delimiters and everything else keep their bytes', () => {
    const text = '\uFEFF"region";"n";"note"\r\n"a;b";"1,234";"x"\r\n"c";"10";"say ""y"""\r\n';
    expect(fixed('a.csv', text).text).toBe(text.replace('1,234', '1235'));
  });

  test('what nobody can mend by rule is left to people', () => {
    expect(fixed('a.csv', 'patient_id,n\n1,3\n')).toMatchObject({ text: null });
    expect(fixed('a.csv', 'msoa,n\nE02000001,3\n')).toMatchObject({
      rules: ['forbidden-geography'],
    });
  });

  test('all tables of counts of the corpus can be mended', () => {
    const mechanical = [
      'small-count',
      'unrounded-count',
      'revealing-total',
      'extreme-value',
      'recoverable-percentage',
    ];
    const tables = makeCorpus().filter(
      ({ path, rules }) => path.endsWith('.csv') && !rules.has('patient-rows'),
    );
    for (const { name, path, text } of tables) {
      const { rules } = fixed(path, text);
      expect(
        rules.filter((rule) => mechanical.includes(rule)),
        name,
      ).toEqual([]);
    }
    expect(tables.length).toBeGreaterThan(1000);
  });
});

describe('pages and figures', () => {
  test('scripts, handlers, hidden parts, comments and references go; the rest keeps its bytes', () => {
    const page =
      '<!DOCTYPE html><html><body><!-- 3 --><p class="a" onclick="x()">Text</p><script>go(1,2,3)</script>' +
      '<div hidden>31</div><img src="https://example.org/a.png" alt="b"></body></html>';
    expect(fixed('a.html', page)).toEqual({
      text: '<!DOCTYPE html><html><body><p class="a">Text</p><img alt="b"></body></html>',
      rules: [],
    });
  });

  test('a figure without its metadata', () => {
    const figure =
      '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><metadata><a>x</a></metadata><path d="M0 0"/></svg>';
    expect(fixed('a.svg', figure)).toEqual({
      text: '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>',
      rules: [],
    });
  });
});

test('a file that passes is left alone, and so is one that cannot be read', () => {
  expect(fixed('a.csv', 'sex,n\nF,10\n')).toEqual({ text: null, rules: [] });
  expect(fixed('a.csv', 'sex,n\n"F,3\n')).toEqual({ text: null, rules: ['unreadable'] });
  const small = { ...DISCLOSURE_SETTINGS, maximumBytes: 3 };
  expect(fixFile({ path: 'a.csv', bytes: new Uint8Array(4) }, small).bytes).toBeNull();
});
