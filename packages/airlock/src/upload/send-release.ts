/** Sends what was approved: announced first, then the bytes that are missing, from where the job server says. */
import { createHash } from 'node:crypto';
import type { AnnouncedFile, ReleaseAnnouncement } from '@vitrine/protocol';
import type { JobServer } from '../job-server/job-server.ts';
import type { FileCopies } from '../store/file-copies.ts';
import { Confirmed } from './confirmed.ts';
import { uploadFaults } from './faults.ts';

export interface ReleaseSender {
  readonly jobServer: Pick<JobServer, 'announce' | 'standing' | 'upload'>;
  readonly copies: Pick<FileCopies, 'bytes' | 'sizeOf'>;
  /** Most bytes of one message. */
  readonly pieceBytes: number;
  /** SHA-256 of files of which the job server has confirmed every byte in an earlier attempt. */
  readonly confirmed: ReadonlySet<string>;
  /** Hears after every answer how many bytes of the release the job server has. */
  readonly onProgress: (bytes: number) => Promise<void>;
  /** Hears that the job server has every byte of the file with this SHA-256. */
  readonly onArrived: (sha256: string) => Promise<void>;
}

/**
 * Resolves when the job server says that the release is complete. How all of it stands is asked at the beginning, and once more if
 * something is missing at the end; an answer to bytes tells of their own file.
 * @throws FaultError upload-…; ConnectionError; the signal's reason when stopped
 */
export async function sendRelease(
  sender: ReleaseSender,
  announcement: ReleaseAnnouncement,
  signal: AbortSignal,
): Promise<void> {
  const { files, release } = announcement;
  // Before anything is said: what is not as it was approved keeps the whole release back.
  for (const file of files) await approvedBytes(sender, file);
  const there = new Confirmed(files, await sender.jobServer.announce(announcement, signal));
  const distinct = [...new Map(files.map((file) => [file.sha256, file])).values()];
  for (const isLastTry of [false, true]) {
    if (isLastTry) there.see(await sender.jobServer.standing(release, signal));
    for (const file of distinct) {
      await sender.onProgress(there.bytes);
      if (there.state !== 'receiving') break;
      const isThere = sender.confirmed.has(file.sha256) && there.of(file) >= file.size;
      if (isThere && !isLastTry) continue;
      await sendFile(sender, release, file, there, signal);
    }
    if (there.state === 'released') return await sender.onProgress(there.bytes);
    if (there.state === 'cancelled') throw uploadFaults.error('upload-given-up', {});
  }
  throw uploadFaults.error('upload-incomplete', {});
}

/**
 * Sends the rest of a file. Where no byte is missing one empty message is sent: of empty files, and of files whose last byte came
 * just before the job server was stopped, it keeps the bytes only then.
 */
async function sendFile(
  sender: ReleaseSender,
  release: string,
  file: AnnouncedFile,
  there: Confirmed,
  signal: AbortSignal,
): Promise<void> {
  const { sha256, size } = file;
  const bytes = await approvedBytes(sender, file);
  for (;;) {
    const offset = there.of(file);
    const piece = bytes.subarray(offset, offset + sender.pieceBytes);
    there.hear(await sender.jobServer.upload(release, sha256, offset, piece, signal));
    if (there.state === 'cancelled') return;
    if (there.of(file) >= size) return await sender.onArrived(sha256);
    // An answer that takes nothing could go on for ever.
    if (there.of(file) <= offset) throw uploadFaults.error('upload-incomplete', {});
    await sender.onProgress(there.bytes);
  }
}

/**
 * The bytes of a copy, hashed as they will be sent: a copy that changed on disk never leaves.
 * @throws FaultError upload-bytes-changed, upload-copy-missing
 */
async function approvedBytes(
  { copies }: Pick<ReleaseSender, 'copies'>,
  { path: file, sha256, size }: AnnouncedFile,
): Promise<Buffer<ArrayBuffer>> {
  const there = await copies.sizeOf(sha256);
  if (there === null) throw uploadFaults.error('upload-copy-missing', { file });
  // What has grown is not even read.
  const bytes = there === size ? await copies.bytes(sha256) : null;
  if (bytes !== null && createHash('sha256').update(bytes).digest('hex') === sha256) return bytes;
  throw uploadFaults.error('upload-bytes-changed', { file });
}
