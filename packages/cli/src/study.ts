/** The study that a command is about: its folder, its pipeline and the machine it would run on. */
import { resolve } from 'node:path';
import { FaultError, type Pipeline } from '@vitrine/pipeline';
import { Machine, readConfiguration, readProject } from '@vitrine/runner';

/** The pipeline, where a command cannot do without. @throws FaultError with all faults of the file. */
export async function requirePipeline(projectDir: string): Promise<Pipeline> {
  const { pipeline, diagnostics } = await readProject(resolve(projectDir));
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
