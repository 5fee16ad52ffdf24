import { resolve } from 'node:path';
import { type Pipeline, privacyLevels, runnableActions } from '@vitrine/pipeline';
import { actionStates } from '@vitrine/runner';
import type { CommandResult } from '../command.ts';
import { drawPipeline, type GraphNode } from '../output/pipeline-graph.ts';
import type { Style } from '../output/terminal.ts';
import { requirePipeline } from '../study.ts';

/** `vitrine graph`: the pipeline as a tree, with how each action stands. */
export async function graph(
  style: Style,
  { projectDir }: { projectDir: string },
): Promise<CommandResult> {
  const pipeline = await requirePipeline(projectDir);
  const nodes = nodesOf(pipeline, await actionStates(resolve(projectDir)));
  return { text: drawPipeline(nodes, style), value: { actions: nodes } };
}

function nodesOf(
  pipeline: Pipeline,
  states: Awaited<ReturnType<typeof actionStates>>,
): readonly GraphNode[] {
  const names = runnableActions(pipeline);
  return names.flatMap((name) => {
    const action = pipeline.actions.get(name);
    if (action === undefined) return [];
    const levels = new Set(action.outputs.map(({ level }) => level));
    return [
      {
        name,
        needs: [...new Set(action.needs)].filter((need) => names.includes(need)),
        state: states.get(name) ?? 'not run',
        levels: privacyLevels.filter((level) => levels.has(level)),
      },
    ];
  });
}
