/** Who sees which publications. */
import type { Link } from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import { may, type Scope } from '../../people/actor.ts';
import type { Permission } from '../../people/roles.ts';
import { publicationFaults } from '../../publications/faults.ts';
import type { PublicationState } from '../../publications/transitions.ts';
import { findPublication, type PublicationDetail } from '../../queries/publications.ts';
import { addresses } from '../addresses.ts';

/** Any of them shows drafts: who sees released files anyway, who prepares publications, and who has to judge them. */
const showDrafts: readonly Permission[] = [
  'release_file_view',
  'snapshot_create',
  'snapshot_publish',
];

/** States that everybody sees; of what was withdrawn its title, when, and why. */
export const PUBLIC_STATES: readonly PublicationState[] = ['public', 'withdrawn'];

export function maySeeDrafts(person: Call['person'], scope: Scope): boolean {
  return showDrafts.some((permission) => may(person, permission, scope));
}

export function scopeOf(publication: PublicationDetail): Scope {
  return { projectId: publication.project_id, organisationId: publication.organisation_id };
}

export function seesDrafts({ person }: Call, publication: PublicationDetail): boolean {
  return maySeeDrafts(person, scopeOf(publication));
}

/**
 * The publication of an address, for who may see that it is there.
 * @throws FaultError publication-not-shown: the same where there is none and where it is a draft of others
 */
export async function publicationOf(call: Call): Promise<PublicationDetail> {
  const name = call.http.req.param('publication') ?? '';
  const found = await findPublication(call.site.db, name);
  if (found === null || !(PUBLIC_STATES.includes(found.state) || seesDrafts(call, found))) {
    throw publicationFaults.error('publication-not-shown', { publication: name });
  }
  return found;
}

/**
 * The same, for who may see its files: of what was withdrawn or discarded nobody does.
 * @throws FaultError publication-not-shown, publication-over
 */
export async function openPublicationOf(call: Call): Promise<PublicationDetail> {
  const found = await publicationOf(call);
  if (found.state === 'withdrawn' || found.state === 'discarded') {
    throw publicationFaults.error('publication-over', { state: found.state });
  }
  return found;
}

export function publicationTrail(publication: PublicationDetail): readonly Link[] {
  const { project, project_slug, workspace, title, identifier } = publication;
  return [
    { label: project, href: addresses.project(project_slug) },
    { label: workspace, href: addresses.workspace(workspace) },
    { label: 'Publications', href: addresses.publications(workspace) },
    { label: title, href: addresses.publication(identifier) },
  ];
}
