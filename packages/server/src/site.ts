import type { Kysely } from 'kysely';
import type { Context } from './context.ts';
import type { Tables } from './database/schema.ts';
import type { Metrics } from './operations/metrics.ts';
import type { SignInMethods } from './people/sign-in/methods.ts';
import type { ReleaseStore } from './releases/release-store.ts';

/** What requests to the site need: the job server's context, and how the site is set up. */
export interface Site extends Context {
  readonly db: Kysely<Tables>;
  /** Sign-in without a password, cookies without TLS. Only where somebody tries the site on their own machine. */
  readonly development: boolean;
  readonly name: string;
  /** Where browsers reach the site; known only once it listens, unless it was set. */
  readonly publicUrl: () => string;
  readonly signIn: SignInMethods;
  readonly metrics: Metrics;
  /** The bytes of released files. */
  readonly releases: ReleaseStore;
  /** Told when the server stops: what waits gives up. */
  readonly stopping: AbortSignal;
}
