/** Released files and publications. */
import { formTarget, open, page, permitted, type Route } from '../../http/route.ts';
import { PUBLICATION_STEPS, PUBLICATION_TRANSITIONS } from '../../publications/transitions.ts';
import { editDraft } from './edit-draft.ts';
import { outputsPage } from './outputs.ts';
import { prepare, preparePage } from './prepare.ts';
import { publicationArchive, publicationPage, takeStep } from './publication.ts';
import { publicationFilePage, publicationRaw } from './publication-file.ts';
import { allPublicationsPage, publicationsPage } from './publications.ts';
import { releaseArchive, releasePage } from './release.ts';
import { releaseCrateArchive, releaseProvenance, releaseProvJson } from './release-exports.ts';
import { releaseFilePage, releaseRaw, takeBack } from './release-file.ts';
import { releasesPage } from './releases.ts';

const seesFiles = permitted('release_file_view', 'release');
const prepares = permitted('snapshot_create', 'workspace');

/** What is open looks itself at how much it shows to whom: drafts, and what is in a release, not to everybody. */
export const outputRoutes: readonly Route[] = [
  page('/workspaces/:workspace/outputs', permitted('release_file_view', 'workspace'), outputsPage),
  page('/workspaces/:workspace/releases', open, releasesPage),
  page('/workspaces/:workspace/publications', open, publicationsPage),
  page('/workspaces/:workspace/publications/new', prepares, (call) => preparePage(call)),
  formTarget('/workspaces/:workspace/publications', prepares, prepare),
  page('/releases/:release', open, releasePage),
  page('/releases/:release/files.zip', seesFiles, releaseArchive),
  page('/releases/:release/ro-crate.zip', seesFiles, releaseCrateArchive),
  page('/releases/:release/provenance.json', seesFiles, releaseProvenance),
  page('/releases/:release/prov.json', seesFiles, releaseProvJson),
  page('/releases/:release/files/:path{.+}', seesFiles, (call) => releaseFilePage(call)),
  page('/releases/:release/raw/:path{.+}', seesFiles, releaseRaw),
  formTarget('/releases/:release/take-back', permitted('release_file_delete', 'release'), takeBack),
  page('/publications', open, allPublicationsPage),
  page('/publications/:publication', open, (call) => publicationPage(call)),
  page('/publications/:publication/files.zip', open, publicationArchive),
  page('/publications/:publication/files/:path{.+}', open, publicationFilePage),
  page('/publications/:publication/raw/:path{.+}', open, publicationRaw),
  formTarget(
    '/publications/:publication/edit',
    permitted('snapshot_create', 'publication'),
    editDraft,
  ),
  ...PUBLICATION_STEPS.map((step) =>
    formTarget(
      `/publications/:publication/${step}`,
      permitted(PUBLICATION_TRANSITIONS[step].permission, 'publication'),
      takeStep(step),
    ),
  ),
];
