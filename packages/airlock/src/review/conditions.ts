/** What has to be so before a request changes its status. Each condition tells everything that is missing. */
import type { Diagnostic } from '@vitrine/pipeline';
import { airlockFaults } from '../faults.ts';
import type { Circumstances, TransitionCommand } from './command.ts';
import { decisionOf } from './decision.ts';
import { outputsOf, type ReleaseRequest } from './request.ts';

export interface ConditionInput {
  readonly request: ReleaseRequest;
  readonly command: TransitionCommand;
  readonly circumstances: Circumstances;
  readonly user: string;
}

/** Nothing, or what is missing. */
export type Condition = (input: ConditionInput) => readonly Diagnostic[];

export const hasOutput: Condition = ({ request }) =>
  outputsOf(request).length > 0 ? [] : [airlockFaults.diagnose('review-no-output', {})];

/** Every group that has files says what they are and what was done. */
export const isExplained: Condition = ({ request }) => {
  const used = new Set(
    [...request.files.values()]
      .filter(({ type }) => type !== 'withdrawn')
      .map(({ group }) => group),
  );
  return [...used].flatMap((name) => {
    const group = request.groups.get(name);
    const explained =
      group !== undefined && group.context.trim() !== '' && group.controls.trim() !== '';
    return explained ? [] : [airlockFaults.diagnose('review-group-unexplained', { group: name })];
  });
};

export const confirmsPolicy: Condition = ({ command }) =>
  command.do === 'submit' && command.confirmsPolicy
    ? []
    : [airlockFaults.diagnose('review-policy-unconfirmed', {})];

/** The author, and nobody in the author's place, answers in each group in which changes were asked for. */
export const hasAnswered: Condition = ({ request }) =>
  [...request.toAnswer]
    .filter((group) => isUsed(request, group))
    .filter(
      (group) =>
        !hasComment(
          request,
          group,
          ({ author, visibility }) => author === request.author && visibility === 'public',
        ),
    )
    .map((group) => airlockFaults.diagnose('review-answer-missing', { group }));

export const isFirstReview: Condition = ({ request, user }) =>
  request.submitted.includes(user) ? [airlockFaults.diagnose('review-submitted-already', {})] : [];

export const hasVotedOnAll: Condition = ({ request, user }) => {
  const missing = outputsOf(request).filter(({ reviews, hash }) => {
    const review = reviews.get(user);
    return review === undefined || review.vote === 'undecided' || review.hash !== hash;
  });
  return missing.length === 0
    ? []
    : [airlockFaults.diagnose('review-votes-missing', { count: missing.length })];
};

/** Who asks for changes in a group says which, in a comment of this turn. */
export const hasCommentedOwnChanges: Condition = ({ request, user }) =>
  [...groupsWith(request, ({ reviews }) => reviews.get(user)?.vote === 'changes-requested')]
    .filter((group) => !hasComment(request, group, ({ author }) => author === user))
    .map((group) =>
      airlockFaults.diagnose('review-comment-missing', { group, visibility: 'comment' }),
    );

/** The author is told in each group that is not approved as it is. */
export const tellsAuthor: Condition = ({ request }) =>
  [...unsettledGroups(request)]
    .filter(
      (group) =>
        !hasComment(
          request,
          group,
          ({ visibility, author }) => visibility === 'public' && author !== request.author,
        ),
    )
    .map((group) =>
      airlockFaults.diagnose('review-comment-missing', { group, visibility: 'public comment' }),
    );

/** Two approvals by two people who are not the author, on the bytes that are stored now (promise P4). */
export const isApproved: Condition = ({ request, circumstances }) => {
  const outputs = outputsOf(request);
  if (outputs.length === 0) return [airlockFaults.diagnose('review-no-output', {})];
  return outputs.flatMap((file) => {
    const { path, hash } = file;
    const isDecided = decisionOf(file, request, request.submitted) === 'approved';
    const isStored = circumstances.storedHashes.get(path) === hash;
    return [
      ...(isDecided ? [] : [airlockFaults.diagnose('review-not-approved', { path })]),
      ...(isStored ? [] : [airlockFaults.diagnose('review-bytes-changed', { path })]),
    ];
  });
};

/** The job server takes a release that was given up never again. */
export const isNotCancelled: Condition = ({ request }) =>
  request.isCancelled ? [airlockFaults.diagnose('review-recalled', {})] : [];

export const mayLeave: Condition = ({ request, circumstances }) =>
  outputsOf(request)
    .filter(({ path }) => {
      const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
      return !circumstances.fileTypes.some(
        (type) => name.endsWith(`.${type}`) && name.length > type.length + 1,
      );
    })
    .map(({ path }) => airlockFaults.diagnose('review-file-type', { path }));

export const hasReason: Condition = ({ command }) =>
  command.do === 'reject' && isText(command.reason)
    ? []
    : [airlockFaults.diagnose('review-text-missing', { what: 'a reason' })];

export const isUploaded: Condition = ({ request }) =>
  outputsOf(request)
    .filter(({ uploadedAt }) => uploadedAt === null)
    .map(({ path }) => airlockFaults.diagnose('review-file-missing', { path }));

/** Groups with a file that is not decided as approved. */
export function unsettledGroups(request: ReleaseRequest): ReadonlySet<string> {
  return groupsWith(request, (file) => decisionOf(file, request, request.submitted) !== 'approved');
}

function groupsWith(
  request: ReleaseRequest,
  test: (file: ReturnType<typeof outputsOf>[number]) => boolean,
): ReadonlySet<string> {
  return new Set(
    outputsOf(request)
      .filter(test)
      .map(({ group }) => group),
  );
}

function hasComment(
  request: ReleaseRequest,
  group: string,
  test: (comment: ReleaseRequest['comments'][number]) => boolean,
): boolean {
  return request.comments.some(
    (comment) =>
      comment.group === group &&
      comment.turn === request.turn &&
      !comment.discarded &&
      test(comment),
  );
}

function isUsed({ files }: ReleaseRequest, group: string): boolean {
  return [...files.values()].some((file) => file.group === group && file.type !== 'withdrawn');
}

/** Longest text that is taken, in characters. */
const LONGEST_TEXT = 10_000;

/** A text that says something and has an end. */
export function isText(text: string): boolean {
  return text.trim() !== '' && text.length <= LONGEST_TEXT;
}
