import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ParsedProject, parseProject } from '@vitrine/pipeline';
import { hasCode } from '../system-error.ts';
import { workspaceFaults } from '../workspace/faults.ts';

const file = 'project.yaml';

/** Reads and checks the project.yaml of a study's folder. That there is none is a fault like any other. */
export async function readProject(folder: string): Promise<ParsedProject> {
  try {
    return parseProject(await readFile(join(folder, file), 'utf8'), { file });
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) throw error;
    const missing = workspaceFaults.diagnose('project-not-found', { folder }, { file });
    return { pipeline: null, diagnostics: [missing] };
  }
}
