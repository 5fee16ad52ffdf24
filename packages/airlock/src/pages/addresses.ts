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
  /** The bytes of a version of an output, for the frame or picture of its viewer. */
  workspaceFileShown: (name: string, file: string, version: string): string =>
    `/workspaces/${part(name)}/shown/${part(version)}/${path(file)}`,
  /** What an action printed when it ran last. */
  workspaceLog: (name: string, action: string): string =>
    `/workspaces/${part(name)}/logs/${part(action)}`,
  /** Files of the study at a commit; its files and folders below. */
  workspaceCode: (name: string, commit: string, file = ''): string =>
    `/workspaces/${part(name)}/code/${part(commit)}${file === '' ? '' : `/${path(file)}`}`,
  addFiles: (name: string): string => `/workspaces/${part(name)}/add`,
  updateFile: (name: string): string => `/workspaces/${part(name)}/update`,
  requests: '/requests',
  request: (id: string): string => `/requests/${part(id)}`,
  requestFile: (id: string, file: string): string => `/requests/${part(id)}/files/${path(file)}`,
  /** Its bytes as the viewers show them: pictures, and documents without their scripts. */
  requestFileShown: (id: string, file: string, hash?: string): string =>
    `/requests/${part(id)}/shown/${path(file)}${hash === undefined ? '' : `?hash=${part(hash)}`}`,
  /** Its bytes to take away, for checkers. */
  requestDownload: (id: string, file: string): string =>
    `/requests/${part(id)}/download/${path(file)}`,
  requestGroup: (id: string, group: string): string =>
    `/requests/${part(id)}/group?name=${part(group)}`,
  /** @param seen - What the page shows of it. */
  requestEvents: (id: string, seen: string): string =>
    `/requests/${part(id)}/events?seen=${part(seen)}`,
  /** What a form of a request is sent to. */
  requestCommand: (id: string, command: string): string => `/requests/${part(id)}/${part(command)}`,
  turnaround: '/turnaround',
} as const;
