/** Bytes that have left, or are leaving, the backends: the seam between what a release is and where its bytes lie. */

export interface ReleaseStore {
  /** The bytes of a released file by their SHA-256; null where they are not here, or not here any more. */
  open(sha256: string): Promise<ReadableStream<Uint8Array> | null>;
  /** How many bytes of a file of a release have come and are not kept yet; 0 where there are none. */
  received(release: string, sha256: string): Promise<number>;
  /** The same of every file of a release of which something has come and is not kept yet, by SHA-256. */
  receivedOf(release: string): Promise<ReadonlyMap<string, number>>;
  /**
   * Writes bytes of a file of a release behind those that have come. What came before a sender broke off stays. Nothing is written
   * where the file is just being kept or dropped.
   * @param size what the file has as a whole; nothing is written beyond
   * @throws FaultError release-file-too-long, release-store-full
   */
  receive(piece: ReceivedPiece): Promise<void>;
  /**
   * Takes what has come of a file among those that are kept, where it is the announced bytes; else drops it. The hash is that of
   * the bytes as they are written to the file that is kept, so that nobody can change them in between.
   * @throws FaultError release-store-full
   */
  keep(release: string, sha256: string): Promise<KeepOutcome>;
  /** Drops all that has come for a release and is not kept. */
  drop(release: string): Promise<void>;
  /** Removes kept bytes. Only `forgetBytes` knows whether nothing needs them any more. */
  remove(sha256: string): Promise<void>;
  /** The releases of which anything lies here that is not kept. */
  underway(): Promise<readonly string[]>;
  /** Removes what processes that were killed left behind when they were keeping a file. */
  cleanLeftovers(now: Date): Promise<void>;
}

/** `gone` where somebody else has dropped it, or is about to keep it: what stands now says how to go on. */
export type KeepOutcome = 'kept' | 'other-bytes' | 'gone';

export interface ReceivedPiece {
  readonly release: string;
  readonly sha256: string;
  /** Bytes of the whole file. */
  readonly size: number;
  /** Where the bytes belong; as many have come before. */
  readonly offset: number;
  readonly bytes: ReadableStream<Uint8Array>;
}
