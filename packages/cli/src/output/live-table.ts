import type { RunEvent } from '@vitrine/runner';
import { advance, type RunProgress, renderEvent, renderTable } from './run-progress.ts';
import type { Terminal } from './terminal.ts';

/** Shows a run while it happens. */
export interface RunDisplay {
  show(event: RunEvent): void;
  /** Leaves the screen as a reader wants to find it. */
  close(): void;
}

/** How often elapsed times move on, in milliseconds. */
const TICK = 200;

/** A table that is drawn over itself, on a terminal. */
export function liveTable(terminal: Terminal): RunDisplay {
  let progress: RunProgress = new Map();
  let drawn = 0;
  const draw = (): void => {
    const rows = Math.max(4, (process.stderr.rows ?? 24) - 2);
    const lines = renderTable(progress, Date.now(), {
      columns: process.stderr.columns ?? terminal.columns,
      rows,
      style: terminal.style,
    });
    const back = drawn === 0 ? '' : `\x1b[${drawn}A`;
    terminal.err(`${back}\x1b[0J${lines.map((line) => `${line}\n`).join('')}`);
    drawn = lines.length;
  };
  const ticking = setInterval(draw, TICK);
  ticking.unref();
  return {
    show(event) {
      progress = advance(progress, event, Date.now());
      draw();
    },
    close() {
      clearInterval(ticking);
      draw();
      terminal.err('\n');
    },
  };
}

/** A line for each thing that happens, for logs. */
export function plainLines(terminal: Terminal, timestamps: boolean): RunDisplay {
  return {
    show(event) {
      const text = renderEvent(event);
      if (text === null || text === '') return;
      for (const line of text.split('\n')) {
        terminal.err(timestamps ? `${new Date().toISOString()} ${line}\n` : `${line}\n`);
      }
    },
    close() {},
  };
}

/** For `--json`: nothing but the answer. */
export const noDisplay: RunDisplay = { show() {}, close() {} };
