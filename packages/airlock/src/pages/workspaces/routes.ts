import { formTarget, page, type Route } from '../../http/route.ts';
import { addFiles, updateFile } from './add-files.ts';
import { codePage } from './code.ts';
import { workspaceFilePage } from './file.ts';
import { shownBytes } from './file-bytes.ts';
import { homePage } from './home.ts';
import { logPage } from './log.ts';
import { workspacePage } from './workspace.ts';

export const workspaceRoutes: readonly Route[] = [
  page('/', homePage),
  page('/workspaces/:workspace', workspacePage),
  page('/workspaces/:workspace/files/*', workspaceFilePage),
  page('/workspaces/:workspace/shown/:version/*', shownBytes),
  page('/workspaces/:workspace/logs/:action', logPage),
  page('/workspaces/:workspace/code/:commit', codePage),
  page('/workspaces/:workspace/code/:commit/*', codePage),
  formTarget('/workspaces/:workspace/add', addFiles),
  formTarget('/workspaces/:workspace/update', updateFile),
];
