/** Every address of the airlock that pages link to, in one place. */
const part = encodeURIComponent;

/** The parts of a path stay apart. */
const path = (text: string): string => text.split('/').map(part).join('/');

export const addresses = {
  home: '/',
  signIn: (next?: string): string => (next ? `/sign-in?next=${part(next)}` : '/sign-in'),
  workspace: (name: string): string => `/workspaces/${part(name)}`,
  /** One output, in the viewer for its kind. */
  workspaceFile: (name: string, file: string): string =>
    `/workspaces/${part(name)}/files/${path(file)}`,
  requests: '/requests',
  request: (id: string): string => `/requests/${part(id)}`,
  requestFile: (id: string, file: string): string => `/requests/${part(id)}/files/${path(file)}`,
  turnaround: '/turnaround',
} as const;
