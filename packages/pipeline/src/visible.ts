/**
 * Text that a program or a study chose, fit for a log, a terminal or a page: it cannot begin a line of its own, steer a
 * terminal or turn the direction of writing. What it holds of that kind is shown by its code: `\u{1b}`.
 */
export function visible(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
