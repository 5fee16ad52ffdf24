/** The study that a command is about: its folder, its pipeline and the machine it would run on. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Diagnostic, FaultError, type Pipeline, parseProject } from '@vitrine/pipeline';
import { Machine, readConfiguration } from '@vitrine/runner';
import { cliFaults } from './faults.ts';

export const projectFile = 'project.yaml';

export interface ProjectRead {
  readonly pipeline: Pipeline | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads and checks `project.yaml`; a missing file is a fault like any other. */
export async function readProject(projectDir: string): Promise<ProjectRead> {
  const folder = resolve(projectDir);
  try {
    return parseProject(await readFile(join(folder, projectFile), 'utf8'), { file: projectFile });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EISDIR') throw error;
    return { pipeline: null, diagnostics: [cliFaults.diagnose('project-missing', { folder })] };
  }
}

/** The pipeline, where a command cannot do without. @throws FaultError with all faults of the file. */
export async function requirePipeline(projectDir: string): Promise<Pipeline> {
  const { pipeline, diagnostics } = await readProject(projectDir);
  if (pipeline === null) throw new FaultError(diagnostics);
  return pipeline;
}

/** This machine, under the study's configuration. */
export async function machineFor(projectDir: string): Promise<Machine> {
  return new Machine(await readConfiguration(resolve(projectDir), process.env), process.env);
}

/** Today's date as ISO text, in UTC. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}
