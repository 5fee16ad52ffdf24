import { rm } from 'node:fs/promises';

/** A file in two steps: its part is written, then it is flushed, hashed and put in its place. */
export interface FileSteps {
  /** Gives the path of the part; leaves none behind when it fails. */
  write(): Promise<string>;
  finish(part: string): Promise<void>;
}

/**
 * Files that are written at the same time, and finished one after another in the order in which they came. After a failure no more
 * is taken up or finished, and the parts that were written meanwhile are removed.
 */
export class FilesUnderWay {
  readonly #atOnce: number;
  /** Parts that are being written, the oldest first. */
  #writing: Promise<string>[] = [];
  /** Ends when all that came so far is in its place. */
  #finishing: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | null = null;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /**
   * Takes a file up, and waits until there is room for the next; where there is room for one only, until it is written.
   * @throws the first failure of any file
   */
  async add({ write, finish }: FileSteps): Promise<void> {
    if (this.#failure !== null) throw this.#failure.error;
    const part = write();
    part.catch(() => {});
    this.#writing.push(part);
    const before = this.#finishing;
    this.#finishing = inPlace(before, part, finish);
    this.#finishing.catch((error: unknown) => {
      this.#failure ??= { error };
    });
    while (this.#writing.length >= this.#atOnce) await this.#oldest();
  }

  /** All parts are written: what they are read from may go. @throws the first failure of writing */
  async written(): Promise<void> {
    while (this.#writing.length > 0) await this.#oldest();
  }

  /** All files are in their places. @throws the first failure */
  async finished(): Promise<void> {
    await Promise.allSettled(this.#writing);
    this.#writing = [];
    await this.#finishing;
  }

  async #oldest(): Promise<void> {
    const [first, ...others] = this.#writing;
    this.#writing = others;
    await first;
  }
}

async function inPlace(
  before: Promise<void>,
  part: Promise<string>,
  finish: (part: string) => Promise<void>,
): Promise<void> {
  const [earlier, written] = await Promise.allSettled([before, part]);
  if (earlier.status === 'rejected') {
    if (written.status === 'fulfilled') await rm(written.value, { force: true });
    throw earlier.reason;
  }
  if (written.status === 'rejected') throw written.reason;
  await finish(written.value);
}
