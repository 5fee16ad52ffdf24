/** The scripts that the actions of a study run. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import {
  type Action,
  type Diagnostic,
  didYouMean,
  matchPattern,
  type Pipeline,
} from '@vitrine/pipeline';
import { cliFaults } from './faults.ts';

/** Runtimes whose first word may be a script, or a program that is given one. */
const RUNTIMES: ReadonlySet<string> = new Set(['python', 'jupyter', 'r', 'stata-mp']);
const PROGRAMS: ReadonlySet<string> = new Set(['python', 'python3', 'Rscript', 'bash', 'sh']);
const SCRIPT = /\.(?:py|R|r|do|sh)$/;

/** Faults of actions whose script is not in the study's folder; a script that another action makes need not be there yet. */
export function missingScripts(directory: string, pipeline: Pipeline): readonly Diagnostic[] {
  const actions = [...pipeline.actions.values()];
  const isMade = (path: string): boolean =>
    actions.some(({ outputs }) => outputs.some(({ pattern }) => matchPattern(pattern, path)));
  return actions.flatMap((action) => {
    const script = scriptOf(action);
    if (script === null || existsSync(join(directory, script)) || isMade(script)) return [];
    const meant = didYouMean(basename(script), neighbours(join(directory, dirname(script))));
    const values = {
      action: action.name,
      script,
      meant: meant === undefined ? null : join(dirname(script), meant),
    };
    return [cliFaults.diagnose('script-not-found', values, action.place)];
  });
}

/** Path of the script within the study, where the words say one plainly. */
function scriptOf({ run }: Action): string | null {
  if (!RUNTIMES.has(run.image.name)) return null;
  const [first = '', second = ''] = run.arguments;
  const word = PROGRAMS.has(first) ? second : first;
  return SCRIPT.test(word) && !isAbsolute(word) ? normalize(word) : null;
}

function neighbours(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => SCRIPT.test(name)) : [];
}
