import type { Study } from '../cohortextractor/study.ts';
import type { StudyPath } from './study-path.ts';

/** A file of rows to be made. */
export interface Extract {
  readonly study: Study;
  /** ISO date; null for the one that the definition itself gives, if any. */
  readonly indexDate: string | null;
  readonly path: StudyPath;
}
