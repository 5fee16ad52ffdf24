/**
 * What the disclosure checks say of copies in release requests, together with what was released from the same project before. Checks of
 * the same bytes under the same name are made once.
 */
import {
  checkDifferencing,
  checkFigureCounts,
  checkFile,
  type DisclosureSettings,
  type FileReport,
  type Finding,
  type NamedTable,
  type ReleasedCounts,
  releasedCounts,
  type Table,
} from '@vitrine/disclosure';
import type { Queries } from '../database/database.ts';
import type { ReleaseRequest, RequestFile } from '../review/request.ts';
import type { FileCopies } from '../store/file-copies.ts';

/** What is known of one copy. */
export type FileFindings =
  | {
      readonly kind: 'checked';
      readonly passes: boolean;
      readonly findings: readonly Finding[];
      /** How often each rule was met, all told. */
      readonly counts: FileReport['counts'];
    }
  /** The checks are still at work. */
  | { readonly kind: 'pending' }
  /** The copy could not be read. */
  | { readonly kind: 'failed' };

/** The checks of one copy. */
interface Checked {
  readonly report: FileReport;
  /** Differences to what was released before; null where there are none to look for. */
  readonly differencing: FileReport | null;
  readonly hasCounts: boolean;
}

/** What new tables are compared with. */
interface Reference {
  /** Another one after each release. */
  readonly stamp: string;
  readonly counts: () => Promise<ReleasedCounts>;
}

/** Most reports that are kept in memory; one has at most a few hundred findings. */
const MOST_KEPT = 5000;
/** Most released files of a project that new ones are compared with, the newest first. */
export const MOST_COMPARED = 1000;

export class CopyFindings {
  readonly #copies: FileCopies;
  readonly #db: Queries;
  readonly #settings: DisclosureSettings;
  /** By hash, name and what it was compared with. */
  readonly #known = new Map<string, Checked | 'failed'>();
  readonly #underWay = new Map<string, Promise<Checked | 'failed'>>();
  readonly #references = new Map<string, Promise<ReleasedCounts>>();
  /** One file at a time: checks take the processor, and pages want it too. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(copies: FileCopies, db: Queries, settings: DisclosureSettings) {
    this.#copies = copies;
    this.#db = db;
    this.#settings = settings;
  }

  /**
   * Findings of files of a request, by path. What is not known yet is checked; whatever is not done after the patience is pending
   * and goes on by itself.
   * @param patience in milliseconds
   */
  async of(
    request: ReleaseRequest,
    files: readonly RequestFile[],
    patience: number,
  ): Promise<ReadonlyMap<string, FileFindings>> {
    const reference = await this.#reference(request);
    const keyOf = ({ hash, path }: RequestFile): string => `${hash} ${reference.stamp} ${path}`;
    const waiting = files
      .filter((file) => !this.#known.has(keyOf(file)))
      .map((file) => this.#start(keyOf(file), file, reference));
    if (waiting.length > 0) await atMost(patience, Promise.all(waiting));
    const checked = files.map((file) => [file, this.#known.get(keyOf(file))] as const);
    const figures = this.#figuresWithoutCounts(checked);
    return new Map(
      checked.map(([{ path }, known]) => [path, findingsOf(known, figures.get(path))] as const),
    );
  }

  #start(key: string, file: RequestFile, reference: Reference): Promise<Checked | 'failed'> {
    const started = this.#underWay.get(key);
    if (started !== undefined) return started;
    const work = this.#queue.then(async () => {
      const result = await this.#check(file, reference).catch(() => 'failed' as const);
      this.#underWay.delete(key);
      this.#known.set(key, result);
      const [oldest] = this.#known.keys();
      if (this.#known.size > MOST_KEPT && oldest !== undefined) this.#known.delete(oldest);
      // Others have their turn between two files.
      await new Promise((resolve) => setImmediate(resolve));
      return result;
    });
    this.#underWay.set(key, work);
    this.#queue = work;
    return work;
  }

  async #check({ path, hash }: RequestFile, reference: Reference): Promise<Checked> {
    const settings = this.#settings;
    const bytes = await this.#copies.bytes(hash);
    const tables: Table[] = [];
    const report = checkFile({ path, bytes }, settings, (table) => tables.push(table));
    const released = tables.length === 0 ? null : await reference.counts();
    const differencing =
      released === null || released.cells.size === 0
        ? []
        : tables.map((table) => checkDifferencing({ path, table }, released, settings));
    return {
      report,
      differencing: differencing.length === 0 ? null : merged(path, differencing),
      hasCounts: checkFigureCounts([anyFigure, { path, tables }], settings).length === 0,
    };
  }

  /** Figures in groups of which no file has counts; of groups that are checked to their end only. */
  #figuresWithoutCounts(
    checked: readonly (readonly [RequestFile, Checked | 'failed' | undefined])[],
  ): ReadonlyMap<string, FileReport> {
    const present = checked.filter(([{ type }]) => type !== 'withdrawn');
    const groups = Map.groupBy(present, ([{ group }]) => group);
    const reports = [...groups.values()].flatMap((files) => {
      const isOpen = files.some(
        ([, known]) => known === undefined || (known !== 'failed' && known.hasCounts),
      );
      if (isOpen) return [];
      return checkFigureCounts(
        files.map(([{ path }]) => ({ path, tables: [] })),
        this.#settings,
      );
    });
    return new Map(reports.map((report) => [report.path, report]));
  }

  /** Everything that was released from the project, this request's own files apart. */
  async #reference({ id, project }: ReleaseRequest): Promise<Reference> {
    const rows = await this.#db
      .selectFrom('released_file')
      .innerJoin('release_request', 'release_request.identifier', 'released_file.request')
      .select(['released_file.path', 'released_file.sha256', 'released_file.request'])
      .where('release_request.project', '=', project)
      .where('released_file.request', '!=', id)
      .orderBy('released_file.released_at', 'desc')
      .orderBy('released_file.request')
      .orderBy('released_file.path')
      .limit(MOST_COMPARED)
      .execute();
    const [newest] = rows;
    const stamp = newest === undefined ? '-' : `${newest.request}/${rows.length}`;
    const key = `${project} ${id} ${stamp}`;
    return {
      stamp,
      counts: () => {
        const known = this.#references.get(key) ?? this.#index(rows);
        // One at a time is kept: it may be large, and reviewers look at one request after another.
        this.#references.clear();
        this.#references.set(key, known);
        return known;
      },
    };
  }

  async #index(
    rows: readonly { readonly path: string; readonly sha256: string }[],
  ): Promise<ReleasedCounts> {
    const tables: NamedTable[] = [];
    for (const { path, sha256 } of rows) {
      // A copy that is gone cannot be compared with; everything else can.
      if ((await this.#copies.sizeOf(sha256)) === null) continue;
      const bytes = await this.#copies.bytes(sha256);
      checkFile({ path, bytes }, this.#settings, (table) => tables.push({ path, table }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return releasedCounts(tables);
  }
}

/** Asks whether a file has counts: beside it, a figure is one with counts or without. */
const anyFigure = { path: 'figure.png', tables: [] };

function findingsOf(
  known: Checked | 'failed' | undefined,
  figure: FileReport | undefined,
): FileFindings {
  if (known === undefined) return { kind: 'pending' };
  if (known === 'failed') return { kind: 'failed' };
  const { path } = known.report;
  const reports = [known.report, known.differencing, figure].flatMap((one) => one ?? []);
  const { passes, findings, counts } = merged(path, reports);
  return { kind: 'checked', passes, findings, counts };
}

function merged(path: string, reports: readonly FileReport[]): FileReport {
  const counts: Partial<Record<string, number>> = {};
  for (const report of reports) {
    for (const [rule, count] of Object.entries(report.counts)) {
      counts[rule] = (counts[rule] ?? 0) + count;
    }
  }
  return {
    path,
    passes: reports.every(({ passes }) => passes),
    findings: reports.flatMap(({ findings }) => findings),
    counts,
  };
}

/** Waits for work, but not longer than so many milliseconds. */
async function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, over]);
  clearTimeout(timer);
}
