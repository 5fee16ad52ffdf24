/** The lists of Debian packages that Dockerfiles, the set-up script and `doctor` share. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The folder `images` of the project. */
export const imagesFolder: string = fileURLToPath(new URL('../../../../images/', import.meta.url));

/** Reads a list: one package a line, comments after `#`. */
export function parsePackageList(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}

/** The Debian packages of `images/<name>/packages.txt`. */
export async function readPackageList(name: string): Promise<readonly string[]> {
  return parsePackageList(await readFile(`${imagesFolder}${name}/packages.txt`, 'utf8'));
}
