/** Sends what was approved: announced first, then the bytes that are missing, from where the job server says. */
import { createHash } from 'node:crypto';
import type { AnnouncedFile, ReleaseAnnouncement, ReleaseStanding } from '@vitrine/protocol';
import type { JobServer } from '../job-server/job-server.ts';
import type { FileCopies } from '../store/file-copies.ts';
import { uploadFaults } from './faults.ts';

export interface ReleaseSender {
  readonly jobServer: Pick<JobServer, 'announce' | 'upload'>;
  readonly copies: Pick<FileCopies, 'bytes' | 'sizeOf'>;
  /** Most bytes of one message. */
  readonly pieceBytes: number;
  /** SHA-256 of files of which the job server has confirmed every byte in an earlier attempt. */
  readonly confirmed: ReadonlySet<string>;
  /** Hears how the release stands after every answer. */
  readonly onStanding: (standing: ReleaseStanding) => Promise<void>;
  /** Hears that the job server has every byte of the file with this SHA-256. */
  readonly onArrived: (sha256: string) => Promise<void>;
}

/**
 * Resolves when the job server says that the release is complete.
 * @throws FaultError upload-…; ConnectionError; the signal's reason when stopped
 */
export async function sendRelease(
  sender: ReleaseSender,
  announcement: ReleaseAnnouncement,
  signal: AbortSignal,
): Promise<void> {
  const { files } = announcement;
  // Before anything is said: what is not as it was approved keeps the whole release back.
  for (const file of files) await approvedBytes(sender, file);
  let standing = await sender.jobServer.announce(announcement, signal);
  const distinct = [...new Map(files.map((file) => [file.sha256, file])).values()];
  for (const isLastTry of [false, true]) {
    for (const file of distinct) {
      await sender.onStanding(standing);
      if (standing.state !== 'receiving') break;
      const isThere = sender.confirmed.has(file.sha256) && receivedOf(standing, file) >= file.size;
      if (isThere && !isLastTry) continue;
      standing = await sendFile(sender, announcement.release, file, standing, signal);
    }
    if (standing.state === 'released') return await sender.onStanding(standing);
    if (standing.state === 'cancelled') throw uploadFaults.error('upload-given-up', {});
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
  before: ReleaseStanding,
  signal: AbortSignal,
): Promise<ReleaseStanding> {
  const { sha256, size } = file;
  const bytes = await approvedBytes(sender, file);
  let standing = before;
  let offset = receivedOf(standing, file);
  for (;;) {
    const piece = bytes.subarray(offset, offset + sender.pieceBytes);
    standing = await sender.jobServer.upload(release, sha256, offset, piece, signal);
    if (standing.state === 'cancelled') return standing;
    const received = standing.state === 'released' ? size : receivedOf(standing, file);
    if (received >= size) {
      await sender.onArrived(sha256);
      return standing;
    }
    // An answer that takes nothing could go on for ever.
    if (received <= offset) throw uploadFaults.error('upload-incomplete', {});
    offset = received;
    await sender.onStanding(standing);
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

function receivedOf({ files }: ReleaseStanding, { sha256, size }: AnnouncedFile): number {
  const received = files.find((file) => file.sha256 === sha256)?.received ?? 0;
  return Math.min(received, size);
}
