/** Who may see an output. (design: level 3 is seen by nobody, level 4 by approved people inside, none of it outside) */
export const PrivacyLevel = {
  highlySensitive: 'highly_sensitive',
  moderatelySensitive: 'moderately_sensitive',
  minimallySensitive: 'minimally_sensitive',
} as const;

export type PrivacyLevel = (typeof PrivacyLevel)[keyof typeof PrivacyLevel];

/** All levels, strictest first. */
export const privacyLevels: readonly PrivacyLevel[] = Object.values(PrivacyLevel);

export function isPrivacyLevel(name: string): name is PrivacyLevel {
  return (privacyLevels as readonly string[]).includes(name);
}

/**
 * The level that counts where several claim one file: highly before moderately sensitive. Minimally sensitive files are
 * kept like highly sensitive ones and never shown (pipeline §1.5), so they too go before moderately sensitive.
 */
export function strictestLevel(levels: Iterable<PrivacyLevel>): PrivacyLevel | undefined {
  const claimed = new Set(levels);
  return STRICTEST_FIRST.find((level) => claimed.has(level));
}

const STRICTEST_FIRST: readonly PrivacyLevel[] = [
  PrivacyLevel.highlySensitive,
  PrivacyLevel.minimallySensitive,
  PrivacyLevel.moderatelySensitive,
];

/** Extensions that a moderately sensitive output may have; people can look at these and judge them. Case counts. */
export const level4FileTypes: readonly string[] = [
  'csv',
  'jpg',
  'jpeg',
  'png',
  'svg',
  'svgz',
  'html',
  'txt',
  'log',
  'json',
  'md',
];
