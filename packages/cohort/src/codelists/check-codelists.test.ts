import { describe, expect, test } from 'vitest';
import { type CodelistFolder, checkCodelists, codelistHash } from './check-codelists.ts';

const csv = Buffer.from('code,term\r\n1,one\r\n');
const sha = codelistHash(csv);

function folder(overrides: Partial<CodelistFolder> = {}): CodelistFolder {
  return {
    list: 'opensafely/asthma/2020-01-01\n',
    manifest: JSON.stringify({
      files: { 'opensafely-asthma.csv': { id: 'opensafely/asthma/2020-01-01', sha, url: 'u' } },
    }),
    hashes: new Map([['opensafely-asthma.csv', sha]]),
    ...overrides,
  };
}

const codes = (content: CodelistFolder): string[] =>
  checkCodelists(content).map(({ code }) => code);

test('line endings and a last line feed do not change the hash; anything else does', () => {
  expect(codelistHash(Buffer.from('code,term\n1,one'))).toBe(sha);
  expect(codelistHash(Buffer.from('code,term\r1,one\r'))).toBe(sha);
  expect(codelistHash(Buffer.from('code,term\n1,One'))).not.toBe(sha);
  // What Python's hashlib.sha1(b'a\nb') gives.
  expect(codelistHash(Buffer.from('a\r\nb\n'))).toBe('fcd127ffa1016069006ad91f3f361248f9bdf272');
});

describe('what is wrong, and where', () => {
  test.each<[string, Partial<CodelistFolder>, string[]]>([
    ['all in order', {}, []],
    [
      'comments, blank lines and a trailing slash',
      { list: '# mine\n\nopensafely/asthma/2020-01-01/\r\n' },
      [],
    ],
    ['no list', { list: null }, ['codelist-list-missing']],
    ['nothing listed, nothing there', { list: '', manifest: null, hashes: new Map() }, []],
    ['no manifest', { manifest: null }, ['codelist-manifest-missing']],
    ['manifest is not JSON', { manifest: '{' }, ['codelist-manifest-malformed']],
    [
      'manifest has another shape',
      { manifest: '{"files": {"a.csv": {}}}' },
      ['codelist-manifest-malformed'],
    ],
    [
      'a malformed line',
      { list: 'opensafely/asthma/2020-01-01\nasthma\nuser/me/list\n' },
      ['codelist-line-malformed', 'codelist-line-malformed'],
    ],
    [
      'the same line twice',
      { list: 'opensafely/asthma/2020-01-01\nopensafely/asthma/2020-01-01\n' },
      ['codelist-listed-twice'],
    ],
    [
      'two versions',
      { list: 'opensafely/asthma/2020-01-01\nopensafely/asthma/2021-01-01\n' },
      ['codelist-two-versions'],
    ],
    [
      'another version listed than downloaded',
      { list: 'opensafely/asthma/2021-01-01' },
      ['codelist-not-downloaded', 'codelist-no-longer-listed'],
    ],
    ['a file gone', { hashes: new Map() }, ['codelist-file-missing']],
    [
      'a file of one’s own',
      {
        hashes: new Map([
          ['opensafely-asthma.csv', sha],
          ['mine.csv', 'x'],
        ]),
      },
      ['codelist-file-unknown'],
    ],
    [
      'an edited file',
      { hashes: new Map([['opensafely-asthma.csv', 'x']]) },
      ['codelist-file-edited'],
    ],
  ])('%s', (_, overrides, expected) => {
    expect(codes(folder(overrides))).toEqual(expected);
  });

  test('a fault in the list has its line', () => {
    const [fault] = checkCodelists(
      folder({ list: '# mine\nasthma\nopensafely/asthma/2020-01-01' }),
    );
    expect(fault?.place).toEqual({ file: 'codelists/codelists.txt', line: 2 });
  });
});
