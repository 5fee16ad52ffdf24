import type { Migration } from '@vitrine/platform';
import { firstTables } from './0001-first-tables.ts';
import { searchAndTelling } from './0002-search-and-telling.ts';
import { releases } from './0003-releases.ts';

/** All steps in their order. New ones go to the end; what has been released is never edited. */
export const migrations: readonly Migration[] = [firstTables, searchAndTelling, releases];
