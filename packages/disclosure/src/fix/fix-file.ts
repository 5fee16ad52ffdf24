/** A copy of a file in which everything that can be mended by rule is mended. */
import { gzipSync } from 'node:zlib';
import { type CheckedFile, checkFile, typeOf } from '../check-file.ts';
import { decodeText } from '../decode-text.ts';
import { type FileReport, FindingList } from '../finding.ts';
import { unpack } from '../gzip.ts';
import { DISCLOSURE_SETTINGS, type DisclosureSettings } from '../settings.ts';
import { fixTable } from './fix-table.ts';
import { stripMarkup } from './strip-markup.ts';
import { stripJpeg, stripPng } from './strip-picture.ts';

/** What came of mending a file. */
export interface FixedFile {
  /** Null when there was nothing that could be mended. */
  readonly bytes: Uint8Array | null;
  /** What the checks say of the copy, or of the file where there is none. */
  readonly report: FileReport;
}

type Fix = (bytes: Uint8Array, settings: DisclosureSettings) => Uint8Array | null;

const asText =
  (fix: (text: string, settings: DisclosureSettings) => string | null): Fix =>
  (bytes, settings) => {
    const text = decodeText(bytes, new FindingList(1));
    const fixed = text === null ? null : fix(text, settings);
    return fixed === null ? null : Buffer.from(fixed);
  };

const packed =
  (fix: Fix): Fix =>
  (bytes, settings) => {
    const content = unpack('', bytes, settings.maximumExpandedBytes, new FindingList(1));
    const fixed = content === null ? null : fix(content, settings);
    return fixed === null ? null : gzipSync(fixed);
  };

const csv = asText((text, settings) => fixTable(text, settings)?.text ?? null);
const svg = asText((text) => stripMarkup(text, true));

const fixes: Readonly<Record<string, Fix>> = {
  csv,
  tsv: csv,
  'csv.gz': packed(csv),
  svg,
  svgz: packed(svg),
  html: asText((text) => stripMarkup(text, false)),
  htm: asText((text) => stripMarkup(text, false)),
  png: stripPng,
  jpg: stripJpeg,
  jpeg: stripJpeg,
};

/** Mends what is mechanical; the report says what is left for a person. */
export function fixFile(
  file: CheckedFile,
  settings: DisclosureSettings = DISCLOSURE_SETTINGS,
): FixedFile {
  const report = checkFile(file, settings);
  const fix = fixes[typeOf(file.path)];
  if (
    Object.keys(report.counts).length === 0 ||
    fix === undefined ||
    file.bytes.length > settings.maximumBytes
  ) {
    return { bytes: null, report };
  }
  let bytes: Uint8Array | null;
  try {
    bytes = fix(file.bytes, settings);
  } catch {
    // What cannot be read was reported by the check already.
    return { bytes: null, report };
  }
  if (bytes === null || Buffer.compare(bytes, file.bytes) === 0) return { bytes: null, report };
  return { bytes, report: checkFile({ path: file.path, bytes }, settings) };
}
