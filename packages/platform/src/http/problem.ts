import type { Diagnostic } from '@vitrine/pipeline';
import type { Problem } from '@vitrine/protocol';
import { type Statuses, statusOf } from './faults.ts';

const titles: Readonly<Record<number, string>> = {
  400: 'Not understood',
  401: 'Sign in first',
  403: 'Not permitted',
  404: 'Not found',
  405: 'Not possible here',
  409: 'Changed meanwhile',
  413: 'Too large',
  415: 'Wrong kind of content',
  422: 'Not possible',
  429: 'Too often',
  500: 'Something went wrong',
  503: 'Not available at the moment',
};

/**
 * Faults as RFC 9457 has them.
 * @param statuses HTTP statuses of the application's own faults
 */
export function problemOf(
  diagnostics: readonly Diagnostic[],
  statuses: Statuses<string> = {},
): Problem {
  const [first] = diagnostics;
  const status = statusOf(first?.code ?? '', first?.blame ?? 'platform', statuses);
  return {
    type: `/errors#${first?.code ?? 'server-failed'}`,
    title: titles[status] ?? 'Not possible',
    status,
    detail: first?.message ?? '',
    code: first?.code ?? 'server-failed',
    hint: first?.hint ?? '',
    ...(diagnostics.length > 1
      ? {
          errors: diagnostics.map(({ code, message, hint, place }) => ({
            field:
              place?.line === undefined
                ? (place?.file ?? '')
                : `${place.file ?? 'project.yaml'}:${place.line}`,
            message,
            code,
            hint,
          })),
        }
      : {}),
  };
}
