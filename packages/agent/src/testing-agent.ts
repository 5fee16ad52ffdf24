/** An agent as a process of its own, for tests that kill it: `testing-agent.ts <server> <data> <repository>`. */
import { startAgent } from './agent.ts';
import { configurationOf, PASSED, settingsFor } from './testing-settings.ts';

const [server = '', data = '', repository = ''] = process.argv.slice(2);
await startAgent({
  configuration: configurationOf(server, data, repository),
  settings: await settingsFor(data),
  selfTest: async () => PASSED,
  version: '0.1.0',
  log: ({ level, event, facts }) => {
    if (level === 'error') process.stderr.write(`${event} ${JSON.stringify(facts)}\n`);
  },
});
process.stdout.write('started\n');
