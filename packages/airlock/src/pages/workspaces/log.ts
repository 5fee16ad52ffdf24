import { actionLogPath } from '@vitrine/runner';
import { card, heading, html, textViewer } from '@vitrine/web';
import { airlockFaults } from '../../faults.ts';
import type { PersonalCall } from '../../http/route.ts';
import { isListed } from '../../workspace-files/file-tree.ts';
import { listedFile } from '../../workspace-files/listed-files.ts';
import { openOutput } from '../../workspace-files/open-output.ts';
import { addresses } from '../addresses.ts';
import { respond } from '../frame.ts';
import { seeWorkspace } from './see-workspace.ts';

/** Characters that are shown at first. */
const END = 10_000;
/** Largest log that is read, in bytes; the agent keeps them smaller. */
const LOG_LIMIT = 64 * 1024 * 1024;

/** What an action printed when it ran last, and what came of it. */
export async function logPage(call: PersonalCall): Promise<Response> {
  const { workspace } = seeWorkspace(call);
  const { airlock, http } = call;
  const { name } = workspace;
  const action = http.req.param('action') ?? '';
  const path = actionLogPath(action);
  const manifest = await airlock.workspaces.manifest(name);
  // Only of actions whose files may be seen: a log is named by its action, and nothing else is opened by a name from outside.
  const isKnown = Object.entries(manifest?.outputs ?? {}).some(
    ([output, record]) => record.action === action && isListed(listedFile(output, record)),
  );
  if (!isKnown) throw airlockFaults.error('file-not-seen', { path });
  const file = await openOutput(airlock.workspaces.folder(name), path);
  let text: string;
  try {
    const { size } = await file.stat();
    if (size > LOG_LIMIT) throw airlockFaults.error('view-too-large', { path, limit: LOG_LIMIT });
    text = await file.readFile('utf8');
  } finally {
    await file.close();
  }
  const isWhole = http.req.query('whole') === 'yes';
  const address = addresses.workspaceLog(name, action);
  return respond(call, {
    title: `Log of ${action}`,
    breadcrumbs: [
      { label: 'Workspaces', href: addresses.home },
      { label: name, href: addresses.workspace(name) },
      { label: `Log of ${action}`, href: address },
    ],
    main: html`${heading({
      title: `Log of ${action}`,
      lead: 'What the action printed when it ran last, and at its end what came of it. Logs are not normally released.',
    })}
    ${card({
      id: 'log',
      title: 'Log',
      body: textViewer({
        name: path,
        text,
        fromEnd: true,
        ...(isWhole ? {} : { limit: END, wholeAddress: `${address}?whole=yes` }),
      }),
    })}`,
  });
}
