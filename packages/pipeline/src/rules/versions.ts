/** Which rules hold for which version of project.yaml (pipeline §1.2). */

export const LATEST_VERSION = 5;

export interface VersionRules {
  /** The same output may stand only once in the whole project. */
  readonly uniqueOutputs: boolean;
  /** `expectations.population_size`: without effect, required, or not allowed. */
  readonly expectations: 'ignored' | 'required' | 'forbidden';
  readonly cohortextractor: boolean;
  /** An action that is itself called run_all. */
  readonly ownRunAll: 'ignored' | 'forbidden';
  readonly latestTag: boolean;
}

/** The rules for a version. Fractions count as they compare: 3.5 needs no expectations, 4.7 is like 4. */
export function rulesOf(version: number): VersionRules {
  return {
    uniqueOutputs: version >= 2,
    expectations: version >= 4 ? 'forbidden' : version === 3 ? 'required' : 'ignored',
    cohortextractor: version < 4,
    ownRunAll: version >= 5 ? 'forbidden' : 'ignored',
    latestTag: version < 5,
  };
}

/** What holds in every version: for a project whose version cannot be read, so that its other faults still show. */
export const rulesOfAnyVersion: VersionRules = {
  uniqueOutputs: false,
  expectations: 'ignored',
  cohortextractor: true,
  ownRunAll: 'ignored',
  latestTag: true,
};
