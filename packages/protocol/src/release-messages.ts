/**
 * What the airlock inside a secure environment and the server say to each other: HTTP over connections that the airlock opens,
 * with the bearer token of its backend (scope `airlock`).
 *
 * Before a release outwards go identifiers, user names and statuses of the review, moments to the second, and nothing that a study
 * chose or computed (promise P3). A release announces names and hashes of exactly what two reviewers approved; the bytes follow.
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import {
  commitSchema,
  identifierSchema,
  momentSchema,
  slugSchema,
  workspaceNameSchema,
} from './identifiers.ts';

/** User name of a person. */
export const usernameSchema: z.ZodType<string> = z.string().min(1).max(255);

/** SHA-256 of a file, hexadecimal. */
export const sha256Schema: z.ZodType<string> = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 of 64 hexadecimal digits');

/** What one file of a release may have at most, in bytes (cli-review-and-docs §3.4). */
export const RELEASE_FILE_LIMIT: number = 16 * 1024 * 1024;
/** Most files of one release. */
export const RELEASE_FILES_LIMIT = 5000;

/** Characters that steer, or that nobody sees: a reviewer of a name would not know what leaves with it. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Variation_Selector}\\]/u;

/** What an airlock does not show, and a release does not name: links out of the folder, hidden folders, unseen characters. */
export const releasePathSchema: z.ZodType<string> = z
  .string()
  .min(1)
  .max(1024)
  .refine(
    (path) => !unseen.test(path),
    'must hold no control characters, nothing that cannot be seen and no backslash',
  )
  .refine(
    (path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    'must be a plain relative path',
  );

/** POST /api/airlock/v1/sign-in: trades the single-use token that a person made on the site for what they may do inside. */
export interface AirlockSignIn {
  readonly username: string;
  /** As it is shown, with or without its hyphens. */
  readonly token: string;
}

export const airlockSignInSchema: z.ZodType<AirlockSignIn> = z
  .strictObject({ username: usernameSchema, token: z.string().min(1).max(64) })
  .meta({ id: 'AirlockSignIn' });

export type AirlockProjectRole = 'developer' | 'collaborator' | 'copilot';

/** A workspace that a person may look at inside. */
export interface AirlockWorkspace {
  readonly name: string;
  readonly project: string;
  readonly project_name: string;
  readonly organisation_name: string;
  readonly repository: string;
  readonly branch: string;
  /** False once it is archived or its project has ended: it can be looked at only. */
  readonly is_open: boolean;
}

/** What a person may do inside this backend, at this moment. */
export interface AirlockRights {
  readonly username: string;
  readonly name: string;
  /** May review any request but their own. */
  readonly is_checker: boolean;
  /** May look at all workspaces. */
  readonly reads_all: boolean;
  /** By slug of the project. */
  readonly roles: Readonly<Record<string, AirlockProjectRole>>;
  /** All that the person may look at. */
  readonly workspaces: readonly AirlockWorkspace[];
}

export const airlockRightsSchema: z.ZodType<AirlockRights> = z
  .strictObject({
    username: usernameSchema,
    name: z.string(),
    is_checker: z.boolean(),
    reads_all: z.boolean(),
    roles: z.record(slugSchema, z.literal(['developer', 'collaborator', 'copilot'])),
    workspaces: z.array(
      z.strictObject({
        name: workspaceNameSchema,
        project: slugSchema,
        project_name: z.string(),
        organisation_name: z.string(),
        repository: z.string(),
        branch: z.string(),
        is_open: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'AirlockRights' });

/** Somebody has been let in. */
export interface AirlockGrant {
  /** Names the grant; no secret. */
  readonly grant: string;
  /** Signs this person's approvals for as long as the grant lasts. Never shown, never logged. */
  readonly approval_key: string;
  readonly expires_at: string;
  readonly rights: AirlockRights;
}

export const airlockGrantSchema: z.ZodType<AirlockGrant> = z
  .strictObject({
    grant: identifierSchema,
    approval_key: z.string().min(43).max(43),
    expires_at: momentSchema,
    rights: airlockRightsSchema,
  })
  .meta({ id: 'AirlockGrant' });

/** POST /api/airlock/v1/rights: what the person of a grant may do now. Refused once the grant or the person's rights are over. */
export interface AirlockRightsRequest {
  readonly grant: string;
}

export const airlockRightsRequestSchema: z.ZodType<AirlockRightsRequest> = z
  .strictObject({ grant: identifierSchema })
  .meta({ id: 'AirlockRightsRequest' });

/** POST /api/airlock/v1/sign-out: the grant signs nothing any more. */
export const airlockSignOutSchema: z.ZodType<AirlockRightsRequest> = z
  .strictObject({ grant: identifierSchema })
  .meta({ id: 'AirlockSignOut' });

/** An answer that says no more than that it was done. */
export interface AirlockDone {
  readonly done: true;
}

export const airlockDoneSchema: z.ZodType<AirlockDone> = z
  .strictObject({ done: z.literal(true) })
  .meta({ id: 'AirlockDone' });

/** What happens to a release request that people outside are told of. */
export const REVIEW_NEWS = [
  'submitted',
  'partially-reviewed',
  'reviewed',
  'returned',
  'approved',
  'rejected',
  'released',
  'withdrawn',
] as const;
export type ReviewNewsKind = (typeof REVIEW_NEWS)[number];

/** POST /api/airlock/v1/news: a release request has got another status. The same again changes nothing. */
export interface ReviewNews {
  /** Of the release request. */
  readonly request: string;
  /** Counts the news of a request from 1; one that is not newer than the last is ignored. */
  readonly number: number;
  readonly kind: ReviewNewsKind;
  readonly workspace: string;
  readonly author: string;
  readonly at: string;
}

export const reviewNewsSchema: z.ZodType<ReviewNews> = z
  .strictObject({
    request: identifierSchema,
    number: z.int().min(1).max(100_000),
    kind: z.literal(REVIEW_NEWS),
    workspace: workspaceNameSchema,
    author: usernameSchema,
    at: momentSchema,
  })
  .meta({ id: 'ReviewNews' });

/** One reviewer's approval of one file. */
export interface ReleaseApproval {
  readonly reviewer: string;
  readonly grant: string;
  readonly at: string;
  /** See `signApproval`. */
  readonly signature: string;
}

export interface AnnouncedFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  /** The job that made it. */
  readonly job: string;
  readonly commit: string;
  /** Two or more, of different people, none of them the author. */
  readonly approvals: readonly ReleaseApproval[];
}

/** POST /api/airlock/v1/releases: names what is to be released. The same again gives the same release; another under its name is refused. */
export interface ReleaseAnnouncement {
  /** Identifier of the release request, and so of the release. */
  readonly release: string;
  readonly workspace: string;
  readonly author: string;
  /** Who pressed the button. */
  readonly released_by: string;
  readonly files: readonly AnnouncedFile[];
}

export const releaseAnnouncementSchema: z.ZodType<ReleaseAnnouncement> = z
  .strictObject({
    release: identifierSchema,
    workspace: workspaceNameSchema,
    author: usernameSchema,
    released_by: usernameSchema,
    files: z
      .array(
        z.strictObject({
          path: releasePathSchema,
          size: z.int().min(0).max(RELEASE_FILE_LIMIT),
          sha256: sha256Schema,
          job: identifierSchema,
          commit: commitSchema,
          approvals: z
            .array(
              z.strictObject({
                reviewer: usernameSchema,
                grant: identifierSchema,
                at: momentSchema,
                signature: sha256Schema,
              }),
            )
            .min(2)
            .max(20),
        }),
      )
      .min(1)
      .max(RELEASE_FILES_LIMIT),
  })
  .meta({ id: 'ReleaseAnnouncement' });

/** What is here of the bytes that a release names. */
export interface ReceivedFile {
  readonly sha256: string;
  /** Bytes that are here already; the rest is to be sent from there. */
  readonly received: number;
  readonly size: number;
}

/** How a release stands. */
export interface ReleaseStanding {
  readonly release: string;
  /** Released once all bytes are there; until then nobody sees any of it. */
  readonly state: 'receiving' | 'released' | 'cancelled';
  readonly files: readonly ReceivedFile[];
}

/** Answer to bytes of a file: how the release stands, and of its files this one alone, however many there are. */
export interface ReleaseFileStanding extends Pick<ReleaseStanding, 'release' | 'state'> {
  readonly file: ReceivedFile;
}

const receivedFileSchema: z.ZodType<ReceivedFile> = z.strictObject({
  sha256: sha256Schema,
  received: z.int().min(0),
  size: z.int().min(0),
});

const releaseStateSchema = z.literal(['receiving', 'released', 'cancelled']);

export const releaseStandingSchema: z.ZodType<ReleaseStanding> = z
  .strictObject({
    release: identifierSchema,
    state: releaseStateSchema,
    files: z.array(receivedFileSchema),
  })
  .meta({ id: 'ReleaseStanding' });

export const releaseFileStandingSchema: z.ZodType<ReleaseFileStanding> = z
  .strictObject({
    release: identifierSchema,
    state: releaseStateSchema,
    file: receivedFileSchema,
  })
  .meta({ id: 'ReleaseFileStanding' });

/** Header of PUT /api/airlock/v1/releases/{release}/files/{sha256}: how many bytes of the file were sent before these. */
export const UPLOAD_OFFSET = 'upload-offset';

/** What an approval signs: exactly these bytes, under this name, in this request. */
export interface SignedApproval {
  readonly release: string;
  readonly workspace: string;
  readonly author: string;
  readonly reviewer: string;
  readonly path: string;
  readonly sha256: string;
}

/**
 * Signature of an approval (promise P4): HMAC-SHA256 with the approval key of the reviewer's grant, hexadecimal. Without a reviewer
 * who has signed in on the site nobody can make one, whoever can write to the airlock's database.
 */
export function signApproval(approvalKey: string, approval: SignedApproval): string {
  const { release, workspace, author, reviewer, path, sha256 } = approval;
  const text = JSON.stringify(['approval', release, workspace, author, reviewer, path, sha256]);
  return createHmac('sha256', approvalKey).update(text).digest('hex');
}
