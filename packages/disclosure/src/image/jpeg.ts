/** JPEG figures: only the picture may be in the file. */
import type { CheckContext } from '../check-file.ts';
import { checkProse } from '../text/check-text.ts';
import { isMetadata, jpegSegments } from './jpeg-segments.ts';

/** Longest metadata that are taken for what a program writes about itself. */
const ORDINARY_BYTES = 512;

/** @param element - Part of a file that the picture is embedded in. */
export function checkJpeg(
  bytes: Uint8Array,
  context: CheckContext,
  element: string | null = null,
): void {
  const { findings, settings } = context;
  const prefix = element === null ? '' : `${element} `;
  const segments = jpegSegments(bytes);
  if (!segments.some(({ marker }) => marker === 0xda)) throw new Error('it holds no picture');
  const trailing = bytes.length - (segments.at(-1)?.end ?? 0);
  if (trailing > 0) {
    findings.add('hidden-content', () => ({
      message: `${trailing} bytes stand behind the end of the picture.`,
      place: { element: `${prefix}EOI` },
    }));
  }
  for (const segment of segments) {
    if (!isMetadata(segment)) continue;
    const { marker, data } = segment;
    const name = marker === 0xfe ? 'COM' : `APP${marker - 0xe0}`;
    const text = new TextDecoder('latin1').decode(data.subarray(0, 65_536));
    const rule =
      data.length <= ORDINARY_BYTES && !/\d{2,}[,;\t]\s*\d/.test(text)
        ? 'metadata'
        : 'hidden-content';
    findings.add(rule, () => ({
      message: `The segment ${name} holds ${data.length} bytes that are not shown.`,
      place: { element: `${prefix}${name}` },
    }));
    checkProse(text, settings, findings, `${prefix}${name}`);
  }
}
