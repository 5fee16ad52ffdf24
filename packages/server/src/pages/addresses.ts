/** Every address of the site that pages link to, in one place. */
const part = encodeURIComponent;

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
  request: (number: number): string => `/job-requests/${number}`,
  job: (identifier: string): string => `/jobs/${part(identifier)}`,
  person: (username: string): string => `/people/${part(username)}`,
  people: '/people',
  account: '/account',
  signIn: (next?: string): string => (next ? `/sign-in?next=${part(next)}` : '/sign-in'),
  staff: '/staff',
} as const;
