/** What the job server has of a release, as far as it has said so: of all files at once, or of one after the other. */
import type { AnnouncedFile, ReleaseFileStanding, ReleaseStanding } from '@vitrine/protocol';

export class Confirmed {
  #state: ReleaseStanding['state'];
  #bytes = 0;
  readonly #received = new Map<string, number>();
  /** Size, and under how many names it is in the release, by SHA-256. */
  readonly #files = new Map<string, { readonly size: number; readonly names: number }>();

  constructor(files: readonly AnnouncedFile[], standing: ReleaseStanding) {
    for (const { sha256, size } of files) {
      this.#files.set(sha256, { size, names: (this.#files.get(sha256)?.names ?? 0) + 1 });
    }
    this.#state = standing.state;
    this.see(standing);
  }

  get state(): ReleaseStanding['state'] {
    return this.#state;
  }

  /** Bytes of the release that are there: of all of its files, also of those that are the same. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes of a file that are there. */
  of({ sha256 }: Pick<AnnouncedFile, 'sha256'>): number {
    return this.#received.get(sha256) ?? 0;
  }

  /** Takes in how all of it stands. */
  see({ state, files }: ReleaseStanding): void {
    this.#state = state;
    const said = new Map(files.map(({ sha256, received }) => [sha256, received]));
    for (const sha256 of this.#files.keys()) this.#note(sha256, said.get(sha256) ?? 0);
  }

  /** Takes in the answer to bytes of one file. */
  hear({ state, file }: ReleaseFileStanding): void {
    this.#state = state;
    this.#note(file.sha256, file.received);
    if (state === 'released') {
      for (const [sha256, { size }] of this.#files) this.#note(sha256, size);
    }
  }

  #note(sha256: string, said: number): void {
    const { size, names } = this.#files.get(sha256) ?? { size: 0, names: 0 };
    const received = Math.min(said, size);
    this.#bytes += (received - this.of({ sha256 })) * names;
    this.#received.set(sha256, received);
  }
}
