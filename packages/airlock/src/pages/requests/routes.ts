import { page, type Route } from '../../http/route.ts';
import { requestsPage } from './requests.ts';

export const requestRoutes: readonly Route[] = [page('/requests', requestsPage)];
