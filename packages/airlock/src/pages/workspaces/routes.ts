import { formTarget, page, type Route } from '../../http/route.ts';
import { addFiles, updateFile } from './add-files.ts';
import { homePage } from './home.ts';
import { workspacePage } from './workspace.ts';

export const workspaceRoutes: readonly Route[] = [
  page('/', homePage),
  page('/workspaces/:workspace', workspacePage),
  formTarget('/workspaces/:workspace/add', addFiles),
  formTarget('/workspaces/:workspace/update', updateFile),
];
