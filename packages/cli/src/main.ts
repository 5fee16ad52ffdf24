import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Stripping types and compiling again at every start would cost a third of a second.
enableCompileCache(join(import.meta.dirname, '../../../.vitrine/compile-cache'));

const [{ main }, { processTerminal }] = await Promise.all([
  import('./program.ts'),
  import('./output/terminal.ts'),
]);
process.exitCode = await main(process.argv.slice(2), processTerminal());
