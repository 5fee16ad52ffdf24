import { STATUS_CODES } from '@vitrine/protocol';
import { createTransport } from 'nodemailer';
import { type AirlockTold, airlockWordsOf } from './airlock-messages.ts';
import type { FinishedRequest } from './write-messages.ts';

export interface EmailSettings {
  /** `smtp://user:password@host:port`, or `smtps://…` where TLS comes first. */
  readonly url: string;
  /** Who it is from: `Vitrine <notifications@example.org>`. */
  readonly from: string;
}

export interface Email {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same for every attempt to send it, so that mail programs show a second copy once. */
  readonly id: string;
}

export interface Postman {
  send(email: Email): Promise<void>;
  close(): void;
}

/** How long a mail server may take, in milliseconds. */
const PATIENCE = 15_000;

export function postmanOf({ url, from }: EmailSettings): Postman {
  const transport = createTransport({
    url,
    connectionTimeout: PATIENCE,
    greetingTimeout: PATIENCE,
    socketTimeout: PATIENCE,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^\s<>@]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
  return {
    send: async ({ to, subject, text, id }) => {
      await transport.sendMail({
        from,
        // As an address and not as text to be read: a comma in it names nobody else.
        to: { name: '', address: to },
        subject,
        text,
        messageId: `<${id}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    },
    close: () => transport.close(),
  };
}

/** The words of an e-mail from what it tells. */
export function wordsOf(told: FinishedRequest | AirlockTold, publicUrl: string): string {
  return told.event === 'job-request.finished'
    ? finishedWordsOf(told, publicUrl)
    : airlockWordsOf(told, publicUrl);
}

function finishedWordsOf({ job_request: request }: FinishedRequest, publicUrl: string): string {
  const jobs = request.succeeded_jobs + request.failed_jobs;
  return [
    `Job request ${request.number} has ${request.status === 'succeeded' ? 'succeeded' : 'failed'}.`,
    '',
    `Workspace: ${request.workspace}`,
    `Backend: ${request.backend}`,
    `Requested actions: ${request.requested_actions.slice(0, 20).join(', ')}`,
    `Jobs: ${request.succeeded_jobs} of ${jobs} succeeded`,
    ...request.failed.map(
      ({ action, status_code: code }) => `- ${action}: ${STATUS_CODES[code].words}`,
    ),
    '',
    `${publicUrl}/job-requests/${request.number}`,
    '',
    'You get this because the job request asked for it.',
    '',
  ].join('\n');
}
