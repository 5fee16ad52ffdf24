/** Every address of the site that pages link to, in one place. */
const part = encodeURIComponent;
/** A path of a file, its slashes kept. */
const parts = (path: string): string => path.split('/').map(part).join('/');

export const addresses = {
  home: '/',
  eventLog: '/event-log',
  status: '/status',
  organisations: '/organisations',
  organisation: (slug: string): string => `/organisations/${part(slug)}`,
  project: (slug: string): string => `/projects/${part(slug)}`,
  workspace: (name: string): string => `/workspaces/${part(name)}`,
  workspaceLog: (name: string): string => `/workspaces/${part(name)}/logs`,
  runJobs: (name: string): string => `/workspaces/${part(name)}/run-jobs`,
  outputs: (name: string): string => `/workspaces/${part(name)}/outputs`,
  releases: (name: string): string => `/workspaces/${part(name)}/releases`,
  publications: (name: string): string => `/workspaces/${part(name)}/publications`,
  release: (identifier: string): string => `/releases/${part(identifier)}`,
  releaseFile: (identifier: string, path: string): string =>
    `/releases/${part(identifier)}/files/${parts(path)}`,
  releaseRaw: (identifier: string, path: string): string =>
    `/releases/${part(identifier)}/raw/${parts(path)}`,
  allPublications: '/publications',
  publication: (identifier: string): string => `/publications/${part(identifier)}`,
  publicationFile: (identifier: string, name: string): string =>
    `/publications/${part(identifier)}/files/${parts(name)}`,
  publicationRaw: (identifier: string, name: string): string =>
    `/publications/${part(identifier)}/raw/${parts(name)}`,
  request: (number: number): string => `/job-requests/${number}`,
  job: (identifier: string): string => `/jobs/${part(identifier)}`,
  person: (username: string): string => `/people/${part(username)}`,
  people: '/people',
  account: '/account',
  signIn: (next?: string): string => (next ? `/sign-in?next=${part(next)}` : '/sign-in'),
  staff: '/staff',
} as const;
