import { type BuildProgress, buildImages as build } from '@vitrine/runner';
import type { CommandResult } from '../command.ts';
import { shortBytes, shortDuration } from '../output/duration.ts';
import type { Terminal } from '../output/terminal.ts';
import { machineFor } from '../study.ts';

interface ImageOptions {
  readonly projectDir: string;
  readonly json: boolean;
}

/** `vitrine images build [NAME…]`: makes the runtimes' images on the Docker engine. */
export async function buildImages(
  terminal: Terminal,
  names: readonly string[],
  { projectDir, json }: ImageOptions,
): Promise<CommandResult> {
  const machine = await machineFor(projectDir);
  const images = await build({
    address: machine.engineAddress,
    names,
    baseImage: machine.configuration.settings['docker.baseImage'],
    fresh: false,
    onProgress: (progress) => {
      if (!json) terminal.err(progressLine(progress, terminal));
    },
  });
  return {
    text: images.map((image) => `${terminal.style('good', '✓')} ${image}\n`).join(''),
    value: { ok: true, images },
  };
}

function progressLine(progress: BuildProgress, { style, columns }: Terminal): string {
  switch (progress.kind) {
    case 'started':
      return `${style('strong', progress.image)}\n`;
    case 'line':
      return style('quiet', `  ${progress.text.slice(0, Math.max(20, columns - 3))}\n`);
    case 'finished':
      return `  ${shortBytes(progress.bytes)}, ${shortDuration(progress.seconds)}\n`;
  }
}
