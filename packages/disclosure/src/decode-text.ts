import type { FindingList } from './finding.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What programs colour their output with: `ESC [ 31 m`. Number 8 makes it invisible. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const colour = /\u001B\[(?!(?:\d*;)*8(?:;|m))[\d;]*m/g;

/** Characters without a shape of their own: joiners, marks of direction, tags, selectors of variants. */
const invisible =
  /\p{Cf}|\p{Variation_Selector}|\u034F|\u115F|\u1160|\u17B4|\u17B5|\u3164|\uFFA0/gu;

/** Whether a text has any of them, or of those that steer. */
export function hasInvisible(text: string): boolean {
  return text.search(invisible) !== -1 || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);
}

/** More of them than names of people, flags and emoji need. */
const MOST_INVISIBLE = 8;

/** Text that everybody reads in the same way: UTF-8 without control characters; otherwise reported, and null. Colours are left out. */
export function decodeText(bytes: Uint8Array, findings: FindingList): string | null {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    findings.add('unreadable', () => ({ message: 'The file is not UTF-8 text.' }));
    return null;
  }
  text = text.replaceAll(colour, '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  const control = /[\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F]/.exec(text);
  if (control !== null) {
    findings.add('unreadable', () => ({
      message: `The file has the control character ${control[0].charCodeAt(0)}, so it is no plain text.`,
    }));
    return null;
  }
  const unseen = text.match(invisible)?.length ?? 0;
  if (unseen > MOST_INVISIBLE) {
    findings.add('hidden-content', () => ({
      message: `The file has ${unseen} characters that nobody sees.`,
    }));
  }
  return text;
}
