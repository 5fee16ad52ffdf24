import type { FindingList } from './finding.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text that everybody reads in the same way: UTF-8 without control characters; otherwise reported, and null. */
export function decodeText(bytes: Uint8Array, findings: FindingList): string | null {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    findings.add('unreadable', () => ({ message: 'The file is not UTF-8 text.' }));
    return null;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  const control = /[\u0000-\u0008\u000E-\u001A\u001C-\u001F]/.exec(text);
  if (control !== null) {
    findings.add('unreadable', () => ({
      message: `The file has the control character ${control[0].charCodeAt(0)}, so it is no plain text.`,
    }));
    return null;
  }
  return text;
}
