import { mkdir, open, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import {
  type CheckedFile,
  checkDifferencing,
  checkFile,
  DISCLOSURE_SETTINGS,
  type DisclosureSettings,
  disclosureSettingsSchema,
  type FileReport,
  fixFile,
  type NamedTable,
  releasedCounts,
  toSarif,
} from '@vitrine/disclosure';
import { visible } from '@vitrine/pipeline';
import type { CommandResult } from '../command.ts';
import { cliFaults } from '../faults.ts';
import type { Style } from '../output/terminal.ts';
import { version } from '../version.ts';

export interface DisclosureOptions {
  /** JSON file of the owner's thresholds. */
  readonly settings?: string;
  /** Folders or files that were released before. */
  readonly released?: readonly string[];
  readonly sarif?: boolean;
}

/** `vitrine disclosure check PATH…`: what must not leave as it is, and why. Ends with 1 when there is any. */
export async function checkDisclosure(
  style: Style,
  paths: readonly string[],
  options: DisclosureOptions,
): Promise<CommandResult> {
  const settings = await readSettings(options.settings);
  const released = await tablesOf(await listFiles(options.released ?? []), settings);
  const counts = releasedCounts(released);
  const reports: FileReport[] = [];
  for (const path of await listFiles(paths)) {
    const tables: NamedTable[] = [];
    const report = checkFile(await readChecked(path, settings), settings, (table) =>
      tables.push({ path, table }),
    );
    reports.push(
      tables
        .map((table) => checkDifferencing(table, counts, settings))
        .reduce((whole, part) => merged(whole, part), report),
    );
  }
  const passes = reports.every((report) => report.passes);
  const exitCode = passes ? 0 : 1;
  if (options.sarif === true) {
    return { text: `${JSON.stringify(toSarif(reports, version), null, 2)}\n`, exitCode };
  }
  return {
    text: renderReports(reports, style),
    value: { ok: passes, files: reports },
    exitCode,
  };
}

/** `vitrine disclosure fix PATH…`: writes what can be mended by rule beside the original, as NAME.fixed.EXT. */
export async function fixDisclosure(
  style: Style,
  paths: readonly string[],
  options: DisclosureOptions,
): Promise<CommandResult> {
  const settings = await readSettings(options.settings);
  const fixed: {
    readonly path: string;
    readonly copy: string | null;
    readonly report: FileReport;
  }[] = [];
  for (const path of await listFiles(paths)) {
    if (/\.fixed\.[^/]*$/.test(path)) continue;
    const { bytes, report } = fixFile(await readChecked(path, settings), settings);
    const copy = bytes === null ? null : besideOf(path);
    if (bytes !== null && copy !== null) await writeWhole(copy, bytes);
    fixed.push({ path, copy, report });
  }
  const passes = fixed.every(({ report }) => report.passes);
  const lines = fixed.map(({ path, copy }) =>
    copy === null
      ? `${style('quiet', '–')} ${visible(path)}: nothing to mend by rule\n`
      : `${style('good', '✓')} ${visible(path)} → ${visible(copy)}\n`,
  );
  const left = renderReports(
    fixed
      .map(({ report, copy, path }) => ({ ...report, path: copy ?? path }))
      .filter((report) => !report.passes),
    style,
  );
  return {
    text: `${lines.join('')}${left}`,
    value: { ok: passes, files: fixed },
    exitCode: passes ? 0 : 1,
  };
}

async function readSettings(file: string | undefined): Promise<DisclosureSettings> {
  if (file === undefined) return DISCLOSURE_SETTINGS;
  let reason: string;
  try {
    const checked = disclosureSettingsSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
    if (checked.success) return checked.data;
    reason = checked.error.issues
      .map(({ path, message }) => `${path.join('.')} ${message}`.trim())
      .join('; ');
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  throw cliFaults.error('disclosure-settings-invalid', { file, reason });
}

/** All regular files of folders, and files as they are named. Links in folders are not followed. */
async function listFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const found = await stat(path).catch(() => null);
    if (found === null) throw cliFaults.error('disclosure-path-missing', { path });
    if (!found.isDirectory()) {
      files.push(path);
      continue;
    }
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const inside = entries.filter((entry) => entry.isFile());
    files.push(...inside.map((entry) => join(entry.parentPath, entry.name)).toSorted());
  }
  return files;
}

/** A file is read no further than one byte over the limit, which is enough to refuse it. */
async function readChecked(path: string, settings: DisclosureSettings): Promise<CheckedFile> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.min(size, settings.maximumBytes + 1));
    let read = 0;
    while (read < bytes.length) {
      const { bytesRead } = await file.read(bytes, read, bytes.length - read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return { path, bytes: bytes.subarray(0, read) };
  } finally {
    await file.close();
  }
}

async function tablesOf(
  files: readonly string[],
  settings: DisclosureSettings,
): Promise<readonly NamedTable[]> {
  const tables: NamedTable[] = [];
  for (const path of files) {
    const file = await readChecked(path, settings);
    checkFile(file, settings, (table) => tables.push({ path, table }));
  }
  return tables;
}

function merged(whole: FileReport, part: FileReport): FileReport {
  return {
    path: whole.path,
    passes: whole.passes && part.passes,
    findings: [...whole.findings, ...part.findings],
    counts: { ...whole.counts, ...part.counts },
  };
}

/** `table.csv` → `table.fixed.csv`, `table.csv.gz` → `table.fixed.csv.gz`. */
function besideOf(path: string): string {
  const name = basename(path);
  const extension = /\.csv\.gz$/i.exec(name)?.[0] ?? extname(name);
  return join(dirname(path), `${name.slice(0, name.length - extension.length)}.fixed${extension}`);
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.part`;
  await writeFile(temporary, bytes);
  await rename(temporary, path);
}

/** Findings of one rule that are listed for one file; the rest is counted. */
const LISTED = 5;

function renderReports(reports: readonly FileReport[], style: Style): string {
  return reports.map((report) => renderReport(report, style)).join('');
}

function renderReport({ path, passes, findings, counts }: FileReport, style: Style): string {
  const mark = passes ? style('good', '✓') : style('bad', '✗');
  const lines = Object.entries(counts).flatMap(([rule, count]) => {
    const told = findings.filter((finding) => finding.rule === rule);
    const [first] = told;
    if (first === undefined) return [];
    const tone = first.severity === 'error' ? 'bad' : 'warn';
    return [
      `    ${style(tone, rule)}${count > 1 ? ` (${count})` : ''}\n`,
      ...told.slice(0, LISTED).map(({ place, message }) => {
        const { line, cell, column, element } = place;
        const where = [
          line === undefined ? null : `line ${line}`,
          cell ?? null,
          column ?? null,
          element ?? null,
        ];
        const words = where.filter((word) => word !== null).join(', ');
        return `      ${words === '' ? '' : `${style('quiet', visible(words))}  `}${visible(message)}\n`;
      }),
      ...(count > LISTED ? [`      and ${count - Math.min(LISTED, told.length)} more\n`] : []),
      `      → ${first.remedy}\n`,
    ];
  });
  return `${mark} ${visible(path)}\n${lines.join('')}`;
}
