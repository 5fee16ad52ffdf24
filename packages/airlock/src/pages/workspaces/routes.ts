import { page, type Route } from '../../http/route.ts';
import { homePage } from './home.ts';

export const workspaceRoutes: readonly Route[] = [page('/', homePage)];
