/** Addresses of a repository's web pages, for hosts that are known to have them. */
export interface RepositoryLinks {
  readonly home: string;
  tree(commit: string): string;
  file(commit: string, path: string): string;
  compare(from: string, to: string): string;
}

/** Null for a folder, and for hosts whose addresses we do not know. */
export function repositoryLinks(repository: string): RepositoryLinks | null {
  const address = URL.parse(repository.replace(/^git@github\.com:/, 'https://github.com/'));
  if (address === null || address.protocol !== 'https:' || address.host !== 'github.com')
    return null;
  const home = `https://github.com${address.pathname.replace(/\.git$/, '').replace(/\/$/, '')}`;
  return {
    home,
    tree: (commit) => `${home}/tree/${commit}`,
    file: (commit, path) => `${home}/blob/${commit}/${path}`,
    compare: (from, to) => `${home}/compare/${from}..${to}`,
  };
}

/** How a repository is called on a page: a folder of this machine by its last name only. */
export function repositoryName(repository: string): string {
  const links = repositoryLinks(repository);
  if (links !== null) return links.home.slice('https://github.com/'.length);
  return /^(?:https?|ssh|git):/.test(repository)
    ? repository.replace(/\/\/[^@/]*@/, '//')
    : (repository.replace(/\/+$/, '').split('/').at(-1) ?? repository);
}
