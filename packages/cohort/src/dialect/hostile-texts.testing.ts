/** Texts that mean something to databases, and texts of any signs. */
import fc from 'fast-check';

const runs = Number(process.env['FAST_CHECK_RUNS'] ?? 500);
const pieces = [
  "'",
  "''",
  '"',
  '[',
  ']',
  ']]',
  '%',
  '_',
  '^',
  '!',
  '\\',
  '\\\n',
  '\\\r\n',
  '\0',
  '\n',
  ';',
  '--',
  '/*',
  '*/',
  'GO\n',
  '$(x)',
  '?',
  ':a',
  '@a',
  'N',
  'x',
  ' ',
  'é',
  '\u2019',
  '\uff07',
  '\u{1f600}',
  "'); DROP TABLE Patient; --",
] as const;

export const hostileTexts: readonly string[] = [
  '',
  ...pieces,
  ...fc
    .sample(
      fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary' })), {
        maxLength: 8,
      }),
      runs,
    )
    .map((parts) => parts.join('')),
];
