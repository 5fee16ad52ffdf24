import { card, type Html, heading, html, select, shortInstant, table } from '@vitrine/web';
import type { PersonalCall } from '../../http/route.ts';
import { isActive, type RequestStatus, requestStatuses, statusFacts } from '../../review/status.ts';
import { addresses } from '../addresses.ts';
import { respond } from '../frame.ts';
import { type RequestFilter, type VisibleRequest, visibleRequests } from './visible-requests.ts';
import { durationWords, ownerWords, statusPill, statusWords } from './words.ts';

/** Requests of one list that a page shows. */
const LIST_SHOWN = 200;

const underReview = requestStatuses.filter((status) => statusFacts[status].owner === 'reviewer');

/** A request in a list, with what this person has done about it. */
interface Listed extends VisibleRequest {
  readonly note: string | null;
}

/** The release requests that somebody may see: one's own, those to review, and all others. */
export async function requestsPage(call: PersonalCall): Promise<Response> {
  const { airlock, person } = call;
  const asked = call.http.req.query('status');
  const status = requestStatuses.find((one) => one === asked);
  const chosen = status === undefined ? undefined : [status];
  const list = async (filter: Omit<RequestFilter, 'limit'>): Promise<readonly Listed[]> => {
    const rows = await visibleRequests(call, { ...filter, limit: LIST_SHOWN });
    return await Promise.all(
      rows.map(async (row) => {
        if (row.part !== 'checker' || !underReview.includes(row.status))
          return { ...row, note: null };
        const stored = await airlock.requests.read(row.identifier);
        const isDone = stored?.request.submitted.includes(person.username) === true;
        return { ...row, note: isDone ? 'Your review is handed in' : null };
      }),
    );
  };
  const [own, others] = await Promise.all([
    list({ authors: 'own', ...(chosen ? { statuses: chosen } : {}) }),
    list({ authors: 'others', ...(chosen ? { statuses: chosen } : {}) }),
  ]);
  const toReview = others.filter(
    ({ part, status: now }) => part === 'checker' && underReview.includes(now),
  );
  const rest = others.filter((row) => !toReview.includes(row));
  // Who waits longest comes first where somebody has to do something.
  const waiting = toReview.toSorted((a, b) => a.status_since.getTime() - b.status_since.getTime());
  const isChecker = others.some(({ part }) => part === 'checker');
  return respond(call, {
    title: 'Release requests',
    main: html`${heading({ title: 'Release requests' })}
    <div class="stack">${filterForm(status)}
    ${isChecker || toReview.length > 0 ? section(call, 'to-review', 'To review', waiting, 'Nothing waits for a review.') : null}
    ${section(call, 'mine', 'Mine', own, 'You have made no release request here.')}
    ${section(call, 'others', 'Others', rest, 'There is no other release request that you may see.')}</div>`,
  });
}

function filterForm(status: RequestStatus | undefined): Html {
  return html`<form class="filters card" method="get" action="${addresses.requests}">${select({
    name: 'status',
    label: 'Status',
    value: status ?? '',
    plain: true,
    options: [
      { value: '', label: 'Any' },
      ...requestStatuses.map((value) => ({ value, label: statusWords[value].words })),
    ],
  })}<button class="button" type="submit">Filter</button></form>`;
}

function section(
  { now }: PersonalCall,
  id: string,
  title: string,
  rows: readonly Listed[],
  empty: string,
): Html {
  return card({
    id,
    title,
    flush: true,
    ...(rows.length === LIST_SHOWN
      ? { footer: `The newest ${LIST_SHOWN}; filter by status for others.` }
      : {}),
    body: table({
      caption: title,
      rows,
      empty,
      columns: [
        {
          heading: 'Request',
          names: true,
          cell: ({ identifier, workspace }) =>
            html`<a href="${addresses.request(identifier)}">${workspace}<span class="visually-hidden">, request</span></a><span class="why"><code>${identifier}</code></span>`,
        },
        { heading: 'Author', cell: ({ author }) => author },
        {
          heading: 'Status',
          cell: ({ status, note }) =>
            html`${statusPill(status)}${note === null ? null : html`<span class="why">${note}</span>`}`,
        },
        {
          heading: 'Whose turn',
          cell: ({ status }) =>
            statusFacts[status].final
              ? html`<span class="quiet">–</span>`
              : ownerWords[statusFacts[status].owner],
        },
        { heading: 'Files', align: 'end', cell: ({ outputs }) => outputs.toLocaleString('en-GB') },
        {
          heading: 'Since',
          cell: ({ status, status_since }) =>
            isActive(status)
              ? html`${durationWords(now.getTime() - status_since.getTime())}<span class="why">${shortInstant(status_since)}</span>`
              : shortInstant(status_since),
        },
      ],
    }),
  });
}
