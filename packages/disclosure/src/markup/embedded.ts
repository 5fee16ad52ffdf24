/** Files inside files: what a `data:` address or a long run of base64 holds. */
import { Buffer } from 'node:buffer';
import type { CheckContext } from '../check-file.ts';
import { checkJpeg } from '../image/jpeg.ts';
import { checkPng } from '../image/png.ts';
import { checkText } from '../text/check-text.ts';

const address = /^\s*data:([^,;]*)((?:;[^,;]*)*),/i;

/**
 * Checks a text that is a `data:` address, or base64 of a picture as notebooks hold it.
 * @returns false when it is neither.
 */
export function checkEmbedded(text: string, context: CheckContext, element: string): boolean {
  const match = address.exec(text);
  if (match === null) {
    const picture = /^(?:iVBORw0KGgo|\/9j\/)[A-Za-z0-9+/=\s]+$/.test(text);
    if (picture) checkPicture(Buffer.from(text, 'base64'), context, element);
    return picture;
  }
  const [whole, type = '', parameters = ''] = match;
  const rest = text.slice(whole.length);
  const bytes = /;\s*base64/i.test(parameters)
    ? Buffer.from(rest, 'base64')
    : Buffer.from(unescaped(rest), 'utf8');
  if (!checkPicture(bytes, context, element)) {
    context.findings.add('embedded-data', () => ({
      message: `A file of type ${type === '' ? 'text/plain' : type} with ${bytes.length} bytes is embedded.`,
      place: { element },
    }));
    if (/^(?:text\/|application\/(?:json|csv)|$)/i.test(type)) {
      checkText(bytes.toString('utf8'), context, 'element', element);
    }
  }
  return true;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function checkPicture(bytes: Uint8Array, context: CheckContext, element: string): boolean {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) checkPng(bytes, context, element);
  else if (bytes[0] === 0xff && bytes[1] === 0xd8) checkJpeg(bytes, context, element);
  else return false;
  return true;
}
