/**
 * The command line: what `vitrine` understands. Each command's code is loaded only when it is called, so that `--help`
 * and `check` stay quick.
 */
import { join } from 'node:path';
import {
  Command,
  CommanderError,
  Help,
  type HelpConfiguration,
  InvalidArgumentError,
  Option,
} from 'commander';
import type { CommandResult } from './command.ts';
import {
  diagnosticsOf,
  type ExitCode,
  exitCodeFor,
  exitCodes,
  renderDiagnostics,
} from './output/diagnostics.ts';
import type { Terminal } from './output/terminal.ts';
import { version } from './version.ts';

const demoFolder = join(import.meta.dirname, '../../../.vitrine/demo');

/**
 * Runs one command line.
 *
 * @param argv - The words after the program's name.
 * @returns The exit code: 0 done, 1 the study or the request is at fault, 2 wrong usage, 3 the platform is at fault.
 */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = exitCodes.done;
  const settle = (code: number): void => {
    exitCode = code;
  };
  const program = build(terminal, settle);
  try {
    // Who types the name alone wants to know what there is.
    await program.parseAsync(argv.length === 0 ? ['--help'] : argv, { from: 'user' });
  } catch (error) {
    // Commander has printed its message already; help and version end with 0, everything else is wrong usage.
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    throw error;
  }
  return exitCode;
}

/** Runs a command's body, prints its answer or its faults, and settles the exit code. */
async function answer(
  terminal: Terminal,
  json: boolean,
  body: () => Promise<CommandResult>,
): Promise<number> {
  try {
    const { text, value, diagnostics = [], exitCode } = await body();
    if (json) {
      terminal.out(`${JSON.stringify({ ...value, diagnostics }, null, 2)}\n`);
    } else {
      if (text !== undefined) terminal.out(text);
      terminal.err(renderDiagnostics(diagnostics, terminal.style));
    }
    return exitCode ?? exitCodeFor(diagnostics);
  } catch (error) {
    const diagnostics = diagnosticsOf(error);
    if (json) terminal.out(`${JSON.stringify({ ok: false, diagnostics }, null, 2)}\n`);
    else terminal.err(renderDiagnostics(diagnostics, terminal.style));
    if (process.env['VITRINE_DEBUG'] && error instanceof Error) terminal.err(`${error.stack}\n`);
    const code: ExitCode = exitCodeFor(diagnostics);
    return code === exitCodes.done ? exitCodes.platform : code;
  }
}

function build(terminal: Terminal, settle: (code: number) => void): Command {
  const program = new Command('vitrine')
    .description(
      'Run studies on sealed health records. Locally everything runs on dummy data, in isolation.',
    )
    .version(version, '--version', 'print the version')
    .exitOverride()
    .showHelpAfterError('Add --help to see what there is.')
    .configureHelp(helpStyle)
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .showSuggestionAfterError()
    .helpCommand(false)
    .enablePositionalOptions();

  const projectDir = (): Option =>
    new Option('--project-dir <dir>', 'folder of the study').default('.', 'the current folder');
  const json = (): Option => new Option('--json', 'print the answer as JSON').default(false);

  const port = (words: string): Option =>
    new Option('--port <n>', `${words}; 0: any that is free`).default(8000).argParser(portNumber);
  const host = (): Option =>
    new Option('--host <address>', 'network interface to answer at').default('127.0.0.1');

  program
    .command('demo')
    .description(
      'start a site, an agent, an airlock and three studies on this machine, with synthetic records',
    )
    .addOption(port('where the site answers, and one above it the airlock'))
    .addOption(host())
    .addOption(
      new Option(
        '--folder <dir>',
        'where it keeps its files; what earlier demos left is thrown away',
      ).default(demoFolder, '.vitrine/demo'),
    )
    .option('--exit', 'stop when all has run, after a look at the pages', false)
    .addOption(json())
    .action(async (options) => {
      const { demo } = await import('./commands/demo.ts');
      settle(await answer(terminal, options.json, () => demo(terminal, options)));
    });

  program
    .command('check')
    .description('check project.yaml, codelists and study definitions; explain every fault')
    .addOption(projectDir())
    .option('--no-definitions', 'do not load the study definitions')
    .addOption(json())
    .action(async (options) => {
      const { check } = await import('./commands/check.ts');
      settle(await answer(terminal, options.json, () => check(terminal.style, options)));
    });

  program
    .command('run')
    .description('run actions on dummy data, with the actions they need')
    .argument('<action...>', 'actions of project.yaml, or run_all')
    .option(
      '-f, --force-run-dependencies',
      'run needed actions again even if they succeeded',
      false,
    )
    .addOption(projectDir())
    .option('--continue-on-error', 'go on with other actions when one fails', false)
    .option('--timestamps', 'put the time before each line of progress', false)
    .option('--debug', 'keep the work folders of the actions for a look', false)
    .option('--format-output-for-github', 'group the logs as GitHub Actions shows them', false)
    .option('-c, --concurrency <n>', 'how many actions run side by side', positiveInteger, 2)
    .option('-m, --memory <size>', 'memory of each action, for example 4G (default: the setting)')
    .addOption(
      new Option('--cpus <n>', 'processors of each action (default: the setting)').argParser(
        positiveNumber,
      ),
    )
    .addOption(new Option('--cpu <n>').argParser(positiveNumber).hideHelp())
    .addOption(json())
    .action(async (actions, options) => {
      const { run } = await import('./commands/run.ts');
      settle(
        await answer(terminal, options.json, () =>
          run(terminal, actions, { ...options, cpus: options.cpu ?? options.cpus }),
        ),
      );
    });

  program
    .command('exec')
    .description('run one command on a runtime, with the study at /workspace and no network')
    .argument('<runtime>', 'for example python:v2 or r:latest')
    .argument('[command...]', 'what to run')
    .addOption(projectDir())
    .option('-e, --env <name=value>', 'set an environment variable (repeatable)', collect, [])
    .option('-m, --memory <size>', 'memory, for example 4G (default: the setting)')
    .addOption(
      new Option('--cpus <n>', 'processors (default: the setting)').argParser(positiveNumber),
    )
    .passThroughOptions()
    .action(async (runtime, command, options) => {
      const { exec } = await import('./commands/exec.ts');
      settle(await answer(terminal, false, () => exec(terminal, runtime, command, options)));
    });

  program
    .command('logs')
    .description('print the log of an action’s latest run')
    .argument('<action>')
    .addOption(projectDir())
    .addOption(json())
    .action(async (action, options) => {
      const { logs } = await import('./commands/logs.ts');
      settle(await answer(terminal, options.json, () => logs(action, options)));
    });

  program
    .command('graph')
    .description('draw the pipeline: what follows from what, and how each action stands')
    .addOption(projectDir())
    .addOption(json())
    .action(async (options) => {
      const { graph } = await import('./commands/graph.ts');
      settle(await answer(terminal, options.json, () => graph(terminal.style, options)));
    });

  program
    .command('doctor')
    .description('explain what runs actions on this machine, what is missing and how to get it')
    .addOption(projectDir())
    .addOption(json())
    .action(async (options) => {
      const { doctor } = await import('./commands/doctor.ts');
      settle(await answer(terminal, options.json, () => doctor(terminal.style, options)));
    });

  const images = program
    .command('images')
    .description('images of the runtimes for a Docker engine');
  images
    .command('build')
    .description('build images, from Debian packages where no registry can be reached')
    .argument('[name...]', 'runtimes to build (default: all)')
    .addOption(projectDir())
    .addOption(json())
    .action(async (names, options) => {
      const { buildImages } = await import('./commands/images.ts');
      settle(await answer(terminal, options.json, () => buildImages(terminal, names, options)));
    });
  program
    .command('cohort')
    .description(
      'run the cohort engine by hand: generate_cohort, generate_measures, explain and more',
    )
    .argument('[words...]', 'as after `cohortextractor` in a run line')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (words) => {
      const { cohort } = await import('./commands/cohort.ts');
      settle(await answer(terminal, false, () => cohort(terminal, words)));
    });

  program
    .command('synth')
    .description('make a synthetic database of the shape of a real one, with no real person in it')
    .addOption(
      new Option('--patients <n>', 'how many people, for example 10000 or 1M')
        .argParser(count)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--events <n>',
        'coded events and prescriptions together (default: 100 a person)',
      ).argParser(count),
    )
    .addOption(
      new Option('--seed <n>', 'the same seed makes the same data')
        .default(1)
        .argParser(wholeNumber),
    )
    .addOption(
      new Option(
        '--output <path>',
        'a file if it ends in .duckdb, else a folder of Parquet files',
      ).default('synthetic.duckdb'),
    )
    .addOption(
      new Option(
        '--study <dir>',
        'record the codes of this study’s codelists more often',
      ).conflicts('codelists'),
    )
    .option('--codelists <dir>', 'the same with a folder of codelists in CSV')
    .addOption(
      new Option('-m, --memory <size>', 'memory to work in; more is spilled to disk').default('2G'),
    )
    .addOption(
      new Option('--threads <n>', 'processors to use (default: all)').argParser(positiveInteger),
    )
    .addOption(json())
    .action(async (options) => {
      const { synth } = await import('./commands/synth.ts');
      settle(await answer(terminal, options.json, () => synth(terminal, options)));
    });

  const disclosure = program
    .command('disclosure')
    .description('check outputs for what must not leave, and mend what can be mended by rule');
  const settings = (): Option =>
    new Option('--settings <file>', 'thresholds of the owner of the data, as JSON');
  disclosure
    .command('check')
    .description('tell small counts, patient rows, hidden content and the like; ends with 1 if any')
    .argument('<path...>', 'files, or folders of files')
    .option('--released <path...>', 'what was released before, to be compared with')
    .option('--sarif', 'print the findings as SARIF 2.1.0', false)
    .addOption(settings())
    .addOption(json())
    .action(async (paths, options) => {
      const { checkDisclosure } = await import('./commands/disclosure.ts');
      settle(
        await answer(terminal, options.json, () => checkDisclosure(terminal.style, paths, options)),
      );
    });
  disclosure
    .command('fix')
    .description('write rounded, redacted or stripped copies beside the originals')
    .argument('<path...>', 'files, or folders of files')
    .addOption(settings())
    .addOption(json())
    .action(async (paths, options) => {
      const { fixDisclosure } = await import('./commands/disclosure.ts');
      settle(
        await answer(terminal, options.json, () => fixDisclosure(terminal.style, paths, options)),
      );
    });

  program
    .command('serve')
    .description('start the job server: pages, API and scheduling')
    .addOption(port('where to answer'))
    .addOption(host())
    .option(
      '--data <dir>',
      'folder of the embedded database, of released files and of copies of repositories',
      '.vitrine/server',
    )
    .option('--public-url <url>', 'where browsers reach the site, behind a proxy', siteAddress)
    .option(
      '--development',
      'sign-in without a password, repositories in folders: never for real data',
      false,
    )
    .addHelpText(
      'after',
      '\nDATABASE_URL names a PostgreSQL server; without it the database is embedded. Sign-in is set by VITRINE_OIDC_ISSUER,\nVITRINE_OIDC_CLIENT_ID, VITRINE_OIDC_CLIENT_SECRET, VITRINE_OIDC_LABEL, or VITRINE_GITHUB_CLIENT_ID and\nVITRINE_GITHUB_CLIENT_SECRET.',
    )
    .action(async (options) => {
      const { serve } = await import('./commands/serve.ts');
      settle(await answer(terminal, false, () => serve(terminal, options)));
    });

  program
    .command('agent')
    .description('claim jobs from a server and run them here, inside a secure environment')
    .option('--config <file>', 'settings of the agent', 'agent.json')
    .action(async (options) => {
      const { agent } = await import('./commands/agent.ts');
      settle(await answer(terminal, false, () => agent(terminal, options)));
    });

  const audit = program
    .command('audit')
    .description('the record of a server or an airlock: who decided what, and what became of jobs');
  audit
    .command('verify')
    .description('check that nothing in it was changed, removed or put in; ends with 1 if so')
    .option('--data <dir>', 'data folder of a server or an airlock with an embedded database')
    .option('--head <hash>', 'head that was written down earlier: what was cut off since is found')
    .addOption(json())
    .addHelpText(
      'after',
      '\nWithout --data the database of DATABASE_URL is read, and without that .vitrine/server. Write the head down\nelsewhere now and then: a log that was cut off at its end is whole in itself.',
    )
    .action(async (options) => {
      const { verifyAudit } = await import('./commands/audit.ts');
      settle(await answer(terminal, options.json, () => verifyAudit(options)));
    });

  program
    .command('airlock')
    .description('start the review of outputs inside a secure environment')
    .option('--config <file>', 'settings of the airlock', 'airlock.json')
    .option('--development', 'cookies without TLS: never for real data', false)
    .addOption(json())
    .addHelpText(
      'after',
      '\nDATABASE_URL names a PostgreSQL server; without it the database is embedded.',
    )
    .action(async (options) => {
      const { airlock } = await import('./commands/airlock.ts');
      settle(await answer(terminal, options.json, () => airlock(terminal, options)));
    });

  program
    .command('help')
    .description('explain a command')
    .argument('[command...]', 'for example run, or disclosure check')
    .action(async (words: readonly string[]) => {
      if (words[0] === 'cohort') {
        const { cohort } = await import('./commands/cohort.ts');
        settle(
          await answer(terminal, false, () => cohort(terminal, [...words.slice(1), '--help'])),
        );
      } else {
        explained(program, words).outputHelp();
      }
    });

  return program;
}

/** The command that words name, from the outermost; commander's own way stops at the first word, and is silent on unknown ones. */
function explained(program: Command, words: readonly string[]): Command {
  return words.reduce((outer, word) => {
    const inner = outer.commands.find((command) => command.name() === word);
    return inner ?? outer.error(`error: unknown command '${words.join(' ')}'`);
  }, program);
}

/** Commands by their names alone, so that their descriptions fit; no default where it is “no” or “none”. */
const helpStyle: HelpConfiguration = {
  subcommandTerm: (command) => command.name(),
  optionDescription: (option) =>
    option.isBoolean() || Array.isArray(option.defaultValue)
      ? option.description
      : new Help().optionDescription(option),
};

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError('It must be a whole number from 1 up.');
  }
  return value;
}

/** A count that may end in k, M or G, by thousands. */
function count(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)([kMG]?)$/.exec(text) ?? [];
  const value = Number(digits) * 1000 ** ['', 'k', 'M', 'G'].indexOf(unit);
  if (digits === '' || value < 1 || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError(
      'It must be a whole number from 1 up, for example 5000, 100k or 1M.',
    );
  }
  return value;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError('It must be a whole number from 0 up.');
  }
  return value;
}

function portNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
  }
  return value;
}

function siteAddress(text: string): string {
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? '')) {
    throw new InvalidArgumentError('It must be an address such as https://jobs.example.org.');
  }
  return text;
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError('It must be a number above 0.');
  }
  return value;
}
