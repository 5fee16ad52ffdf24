/** Where the code of studies lies: the seam to git hosts. */
export interface SourceHost {
  /**
   * The commit that a branch points to now.
   * @throws FaultError when the repository cannot be read or has no such branch
   */
  headOf(repository: string, branch: string): Promise<string>;
  /** Whether a commit can be reached from a branch, so that code of a fork is never mistaken for it (promise P2). */
  isOnBranch(repository: string, branch: string, commit: string): Promise<boolean>;
  /**
   * Text of a file at a commit; null when the commit has none of that name.
   * @throws FaultError when the commit cannot be read or the file is too large
   */
  readFile(repository: string, commit: string, path: string): Promise<string | null>;
  /**
   * What changed between two commits, as a unified diff.
   * @throws FaultError when either commit cannot be read
   */
  compare(repository: string, from: string, to: string): Promise<SourceDifference>;
  /**
   * Whether everybody may read the repository; null where it cannot be told. A host that never tells leaves it out: all of its
   * code counts as private.
   */
  isPublic?(repository: string): Promise<boolean | null>;
}

export interface SourceDifference {
  readonly diff: string;
  /** True where the rest was left out because it is too long. */
  readonly isCut: boolean;
}
