import { cpSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandResult } from '../command.ts';
import type { Terminal } from '../output/terminal.ts';
import { run } from './run.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const example = join(root, 'examples/home-monitoring');
/** Ours alone: made anew by each demo. */
const folder = join(root, '.vitrine/demo/home-monitoring');

/** `vitrine demo`: a copy of the example study, run from start to end on dummy data. */
export async function demo(
  terminal: Terminal,
  { json }: { json: boolean },
): Promise<CommandResult> {
  rmSync(folder, { recursive: true, force: true });
  cpSync(example, folder, { recursive: true });
  const shown = relative(process.cwd(), folder) || '.';
  if (!json) {
    terminal.err(
      'Running the example study: three weekly cohorts of dummy patients, tables and figures for each, a notebook.\n\n',
    );
  }
  const result = await run(terminal, ['run_all'], {
    projectDir: folder,
    forceRunDependencies: false,
    continueOnError: false,
    timestamps: false,
    debug: false,
    formatOutputForGithub: false,
    concurrency: 2,
    json,
  });
  if (result.exitCode !== 0) return { ...result, value: { ...result.value, study: folder } };
  const where = [
    '',
    `Patient-level extracts (highly_sensitive):      ${shown}/output/input_*.csv`,
    `Tables and figures (moderately_sensitive):      ${shown}/output/`,
    `What was made, by whom, with hashes:            ${shown}/metadata/manifest.json`,
    `The log of each action:                         ${shown}/metadata/<action>.log`,
    '',
    `Look at the pipeline:  ./vitrine graph --project-dir ${shown}`,
    '',
  ].join('\n');
  return {
    ...result,
    text: `${result.text ?? ''}${where}`,
    value: {
      ...result.value,
      study: folder,
      outputs: join(folder, 'output'),
      manifest: join(folder, 'metadata/manifest.json'),
    },
  };
}
