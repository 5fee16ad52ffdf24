/** The rules for names that people give. Each gives the words of what is wrong, or null. */
import { slugSchema } from '@vitrine/protocol';

export function nameFault(name: string, what: string): string | null {
  if (name === '') return `Give the ${what} a name.`;
  return name.length > 200 ? 'At most 200 characters.' : null;
}

export function slugFault(slug: string): string | null {
  return slugSchema.safeParse(slug).success
    ? null
    : 'Small letters and digits with single hyphens, at most 64 characters.';
}

export function workspaceNameFault(name: string): string | null {
  if (name === '') return 'Give the workspace a name.';
  return /^[a-z0-9_-]{1,100}$/.test(name)
    ? null
    : 'Small letters, digits, hyphens and underscores, at most 100 characters.';
}

/** Plain digits without a leading zero, or POS-20YY-NNNN (job-server §1.2); nothing at all is fine. */
export function projectNumberFault(number: string): string | null {
  return number === '' || /^(?:[1-9][0-9]{0,9}|POS-20[0-9]{2}-[1-9][0-9]{3})$/.test(number)
    ? null
    : 'Digits without a leading zero, or POS-20YY-NNNN.';
}

/** An address that git can fetch, without secrets in it; folders only where the site runs for development. */
export function repositoryFault(repository: string, development: boolean): string | null {
  if (development && repository.startsWith('/')) return null;
  const address = URL.parse(repository);
  if (address === null || address.protocol !== 'https:')
    return 'An address that begins with https://.';
  if (address.username !== '' || address.password !== '')
    return 'No user name or password in the address.';
  return repository.length > 500 ? 'At most 500 characters.' : null;
}

export function branchFault(branch: string): string | null {
  return /^(?![-/])(?!.*(?:\.\.|@\{|\/\/))[^\s~^:?*[\\\p{Cc}]{1,200}(?<![./])$/u.test(branch)
    ? null
    : 'The name of a branch, as git knows it.';
}

/** The words to make a slug of a name. */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64)
    .replace(/-+$/, '');
}
