import type { Diagnostic } from '@vitrine/pipeline';
import type { Problem } from '@vitrine/protocol';
import { heading, html } from '@vitrine/web';
import { statusOf } from '../http/faults.ts';
import type { Call } from '../http/route.ts';
import { faultLines } from './faults.ts';
import { respond } from './frame.ts';

const titles: Readonly<Record<number, string>> = {
  400: 'Not understood',
  401: 'Sign in first',
  403: 'Not permitted',
  404: 'Not found',
  405: 'Not possible here',
  413: 'Too large',
  415: 'Wrong kind of content',
  422: 'Not possible',
  500: 'Something went wrong',
  503: 'Not available at the moment',
};

/** Faults as RFC 9457 has them. */
export function problemOf(diagnostics: readonly Diagnostic[]): Problem {
  const [first] = diagnostics;
  const status = statusOf(first?.code ?? '', first?.blame ?? 'platform');
  return {
    type: `/errors#${first?.code ?? 'server-failed'}`,
    title: titles[status] ?? 'Not possible',
    status,
    detail: first?.message ?? '',
    code: first?.code ?? 'server-failed',
    hint: first?.hint ?? '',
    ...(diagnostics.length > 1
      ? {
          errors: diagnostics.map(({ code, message, place }) => ({
            field: place?.line === undefined ? '' : `${place.file ?? 'project.yaml'}:${place.line}`,
            message,
            code,
          })),
        }
      : {}),
  };
}

/** The same as a page. */
export async function problemPage(
  call: Call,
  diagnostics: readonly Diagnostic[],
): Promise<Response> {
  const { status, title } = problemOf(diagnostics);
  return await respond(call, {
    title,
    status: status as Parameters<typeof respond>[1]['status'] & number,
    main: html`${heading({ title })}${faultLines(diagnostics)}
    <p><a href="/event-log">Go to the event log</a></p>`,
  });
}
