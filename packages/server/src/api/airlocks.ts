/** What airlocks inside secure environments say and ask. */
import { httpFaults, readJson } from '@vitrine/platform';
import {
  airlockRightsRequestSchema,
  airlockSignInSchema,
  airlockSignOutSchema,
  releaseAnnouncementSchema,
  reviewNewsSchema,
  UPLOAD_OFFSET,
} from '@vitrine/protocol';
import { backendOf } from '../http/guard.ts';
import type { Call } from '../http/route.ts';
import { readAirlockRights, signOutOfAirlock } from '../releases/airlock-grants.ts';
import { announceRelease } from '../releases/announce-release.ts';
import { cancelRelease } from '../releases/cancel-release.ts';
import { releaseFaults } from '../releases/faults.ts';
import { findRelease, standingOf } from '../releases/read-release.ts';
import { receiveFile } from '../releases/receive-file.ts';
import { recordReviewNews } from '../releases/record-news.ts';
import { signInToAirlock } from '../releases/sign-in-to-airlock.ts';

/** Most that an announcement may hold, in bytes: 5,000 files with long paths and a few approvals each. */
export const ANNOUNCEMENT_LIMIT: number = 16 * 1024 * 1024;

export async function airlockSignIn(call: Call): Promise<Response> {
  const asked = await readJson(call.http, airlockSignInSchema);
  return call.http.json(await signInToAirlock(call.site, backendOf(call), asked));
}

export async function airlockRights(call: Call): Promise<Response> {
  const { grant } = await readJson(call.http, airlockRightsRequestSchema);
  return call.http.json(await readAirlockRights(call.site, backendOf(call), grant));
}

export async function airlockSignOut(call: Call): Promise<Response> {
  const { grant } = await readJson(call.http, airlockSignOutSchema);
  await signOutOfAirlock(call.site, backendOf(call), grant);
  return call.http.json({ done: true });
}

export async function airlockNews(call: Call): Promise<Response> {
  const news = await readJson(call.http, reviewNewsSchema);
  await recordReviewNews(call.site, backendOf(call), news);
  return call.http.json({ done: true });
}

export async function announceReleaseByApi(call: Call): Promise<Response> {
  const announcement = await readJson(call.http, releaseAnnouncementSchema, ANNOUNCEMENT_LIMIT);
  return call.http.json(await announceRelease(call.site, backendOf(call), announcement));
}

export async function readReleaseByApi(call: Call): Promise<Response> {
  const release = await findRelease(call.site, backendOf(call), nameOf(call));
  return call.http.json(await standingOf(call.site, release));
}

export async function uploadReleaseFile(call: Call): Promise<Response> {
  const { http, site } = call;
  expectBytes(call);
  const standing = await receiveFile(site, backendOf(call), {
    release: nameOf(call),
    sha256: http.req.param('sha256') ?? '',
    offset: offsetOf(call),
    bytes: http.req.raw.body,
  });
  return http.json(standing);
}

export async function cancelReleaseByApi(call: Call): Promise<Response> {
  return call.http.json(await cancelRelease(call.site, backendOf(call), nameOf(call)));
}

function nameOf({ http }: Call): string {
  return http.req.param('release') ?? '';
}

function expectBytes({ http }: Call): void {
  const expected = 'application/octet-stream';
  const given = http.req.header('content-type') ?? '';
  if (given !== expected) throw httpFaults.error('body-type-refused', { given, expected });
}

function offsetOf({ http }: Call): number {
  const text = http.req.header(UPLOAD_OFFSET) ?? '';
  if (!/^\d{1,12}$/.test(text)) throw releaseFaults.error('release-offset-missing', {});
  return Number(text);
}
