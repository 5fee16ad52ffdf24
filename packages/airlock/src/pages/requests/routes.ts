import { page, type Route } from '../../http/route.ts';
import { commandRoutes } from './commands.ts';
import { requestFilePage } from './file.ts';
import { downloadFile, shownBytes } from './file-bytes.ts';
import { groupPage } from './group.ts';
import { requestEvents } from './live.ts';
import { requestPage } from './request.ts';
import { requestsPage } from './requests.ts';
import { sendingRoutes } from './sending.ts';
import { turnaroundPage } from './turnaround.ts';

export const requestRoutes: readonly Route[] = [
  page('/requests', requestsPage),
  page('/turnaround', turnaroundPage),
  page('/requests/:request', requestPage),
  page('/requests/:request/events', requestEvents),
  page('/requests/:request/group', groupPage),
  page('/requests/:request/files/*', requestFilePage),
  page('/requests/:request/shown/*', shownBytes),
  page('/requests/:request/download/*', downloadFile),
  ...commandRoutes,
  ...sendingRoutes,
];
