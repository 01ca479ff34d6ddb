import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';

import {
  type ListModelsQuery,
  type ListOperationsQuery,
  MODEL_ORDERS,
  OPERATION_STATUSES,
  OPERATION_TYPES,
} from '@ktrdr/contracts';
import type { CancelOptions } from './commands/operations-cancel.js';
import type { ComputeOptions } from './commands/indicators-compute.js';
import type { DeleteOptions } from './commands/models-delete.js';
import type { DummyOptions } from './commands/dummy-start.js';
import type { PredictOptions } from './commands/models-predict.js';
import type { AgainOptions } from './commands/operations-again.js';
import type { PruneOptions } from './commands/operations-prune.js';
import type { SampleOptions } from './commands/data-sample.js';
import type { TrainOptions } from './commands/models-train.js';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { integer, number } from './option-values.js';
import type { ReadOptions } from './read-options.js';
import { TRAINING_FLAGS } from './training-flags.js';

/**
 * Runs the command line `args` (without node and script). Each command's code is loaded when it is called: help and
 * usage errors are there at once.
 *
 * @throws CliError and what else a command throws
 */
export async function runCommandLine(context: CommandContext, args: string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.completed;
  const program = createProgram(context, async (command) => {
    exitCode = await command;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has written its message; help and version that were asked for are no errors.
    return error.exitCode === 0 ? EXIT.completed : EXIT.usage;
  }
  return exitCode;
}

/** Help is not read in longer lines, in characters. */
const HELP_WIDTH = 100;

type Run = (command: Promise<ExitCode>) => Promise<void>;

function createProgram(context: CommandContext, run: Run): Command {
  const { output } = context;
  const program = new Command('ktrdr')
    .description('Train trading strategies as operations that can be followed, cancelled and repeated.')
    .version(readVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.stdout.write(text),
      writeErr: (text) => output.stderr.write(text),
      getOutHelpWidth: () => Math.min(output.columns, HELP_WIDTH),
      getErrHelpWidth: () => Math.min(output.columns, HELP_WIDTH),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText(
      'after',
      `
Examples:
  ktrdr data sample AAPL 1m --start-date 2023-12-01 --end-date 2024-03-29
  ktrdr models train strategies/test_strategy.yaml --start-date 2024-01-01 --end-date 2024-01-02
  ktrdr operations list

Exit codes: 0 completed, 1 failed, 2 something typed is wrong, 130 cancelled, or left with Ctrl+C.
KTRDR_API_URL says where the API is (default http://localhost:8000).`,
    );
  defineModels(program, context, run);
  defineOperations(program, context, run);
  defineStrategies(program, context, run);
  defineIndicators(program, context, run);
  defineData(program, context, run);
  defineHosts(program, context, run);
  defineDummy(program, context, run);
  nameHelp(program, 'ktrdr');
  return program;
}

function defineHosts(program: Command, context: CommandContext, run: Run): void {
  readable(
    program.command('hosts').description('training hosts: what they train with, and what they do'),
  ).action((options: ReadOptions) =>
    run(import('./commands/hosts-list.js').then(({ listHosts }) => listHosts(context, options))),
  );
}

/** A usage error of each command says where its words are explained. */
function nameHelp(command: Command, words: string): void {
  command.showHelpAfterError(`What can be typed: ${words} --help`);
  for (const inner of command.commands) nameHelp(inner, `${words} ${inner.name()}`);
}

function defineModels(program: Command, context: CommandContext, run: Run): void {
  const models = program.command('models').description('train models, look at trained ones');
  const train = models
    .command('train')
    .description('train the model of a strategy file')
    .argument('<strategy.yaml>', 'strategy file')
    .argument('[symbol]', "instead of the file's symbols; several as A,B")
    .argument('[timeframe]', "instead of the file's timeframes; several as 1h,1d");
  for (const flag of Object.values(TRAINING_FLAGS)) train.addOption(flag);
  supervised(train).action((file: string, symbol?: string, timeframe?: string, options?: unknown) =>
    run(
      import('./commands/models-train.js').then(({ trainModel }) =>
        trainModel(context, file, symbol, timeframe, options as TrainOptions),
      ),
    ),
  );
  readable(models.command('list').description('trained models, newest first'))
    .addOption(new Option('--sort <order>', 'default created').choices(MODEL_ORDERS))
    .action((options: ListModelsQuery & ReadOptions) =>
      run(import('./commands/models-list.js').then(({ listModels }) => listModels(context, options))),
    );
  readable(models.command('show').description('one model: data, network, figures'))
    .argument('<model>', 'strategy/version, for example test_strategy/1h_v3')
    .action((model: string, options: ReadOptions) =>
      run(import('./commands/models-show.js').then(({ showModel }) => showModel(context, model, options))),
    );
  readable(models.command('compare').description('figures of models side by side, and what differs'))
    .argument('<model...>', 'two to 10, for example test_strategy/1h_v1 test_strategy/1h_v2')
    .action((names: string[], options: ReadOptions) =>
      run(
        import('./commands/models-compare.js').then(({ compareModels }) =>
          compareModels(context, names, options),
        ),
      ),
    );
  readable(models.command('predict').description("what a model says of a symbol's newest bars"))
    .argument('<model>', 'strategy/version, for example test_strategy/1h_v3')
    .requiredOption('--symbol <symbol>', 'for example AAPL')
    .requiredOption('--timeframe <timeframe>', "the model's base timeframe, for example 1h")
    .option('--last <number>', 'so many bars (default 1)', integer)
    .option('--end-date <date>', 'last day, included')
    .action((model: string, options: PredictOptions) =>
      run(import('./commands/models-predict.js').then(({ predict }) => predict(context, model, options))),
    );
  readable(models.command('delete').description('remove a model for good, after a question'))
    .argument('<model>', 'strategy/version, for example test_strategy/1h_v3')
    .option('--yes', 'do not ask')
    .action((model: string, options: DeleteOptions) =>
      run(
        import('./commands/models-delete.js').then(({ deleteModel }) => deleteModel(context, model, options)),
      ),
    );
}

function defineOperations(program: Command, context: CommandContext, run: Run): void {
  const operations = program
    .command('operations')
    .description('look at operations, follow, cancel and resume them');
  readable(operations.command('list').description('operations, newest first'))
    .addOption(new Option('--status <status>', 'only those').choices(OPERATION_STATUSES))
    .addOption(new Option('--type <type>', 'only those').choices(OPERATION_TYPES))
    .option('--limit <number>', 'so many at most (default 50)', integer)
    .option('--offset <number>', 'after so many', integer)
    .action((options: ListOperationsQuery & ReadOptions) =>
      run(
        import('./commands/operations-list.js').then(({ listOperations }) =>
          listOperations(context, options),
        ),
      ),
    );
  readable(operations.command('show').description('one operation and its result'))
    .argument('<id>', 'operation id')
    .action((id: string, options: ReadOptions) =>
      run(
        import('./commands/operations-show.js').then(({ showOperation }) =>
          showOperation(context, id, options),
        ),
      ),
    );
  readable(operations.command('follow').description('show progress to the end; Ctrl+C leaves it running'))
    .argument('<id>', 'operation id')
    .action((id: string, options: ReadOptions) =>
      run(
        import('./commands/operations-follow.js').then(({ followToItsEnd }) =>
          followToItsEnd(context, id, options),
        ),
      ),
    );
  readable(operations.command('cancel').description('cancel, and wait until the work has really ended'))
    .argument('<id>', 'operation id')
    .option('--reason <text>', 'why, for the record')
    .option('--force', 'do not wait for the work to stop by itself')
    .action((id: string, options: CancelOptions) =>
      run(
        import('./commands/operations-cancel.js').then(({ cancelOperation }) =>
          cancelOperation(context, id, options),
        ),
      ),
    );
  defineAgain(
    operations,
    context,
    run,
    'resume',
    'go on with one that was cancelled or failed, from its checkpoint',
  );
  defineAgain(
    operations,
    context,
    run,
    'retry',
    'start one that was cancelled or failed again from the beginning',
  );
  readable(operations.command('prune').description('remove the records of operations that ended long ago'))
    .requiredOption('--older-than <days>', 'ended so many days ago', integer)
    .option('-y, --yes', 'do not ask')
    .action((options: PruneOptions) =>
      run(
        import('./commands/operations-prune.js').then(({ pruneOperations }) =>
          pruneOperations(context, options),
        ),
      ),
    );
}

function defineAgain(
  operations: Command,
  context: CommandContext,
  run: Run,
  how: 'resume' | 'retry',
  description: string,
): void {
  supervised(operations.command(how).description(description))
    .argument('<id>', 'operation id')
    .action((id: string, options: AgainOptions) =>
      run(
        import('./commands/operations-again.js').then(({ runAgain }) => runAgain(context, how, id, options)),
      ),
    );
}

function defineStrategies(program: Command, context: CommandContext, run: Run): void {
  const strategies = program.command('strategies').description('list, check and migrate strategy files');
  readable(strategies.command('list').description("strategy files in the API's folder")).action(
    (options: ReadOptions) =>
      run(
        import('./commands/strategies-list.js').then(({ listStrategies }) =>
          listStrategies(context, options),
        ),
      ),
  );
  readable(strategies.command('validate').description('every problem of a file, with line and column'))
    .argument('<file...>', 'strategy files')
    .action((files: string[], options: ReadOptions) =>
      run(
        import('./commands/strategies-validate.js').then(({ validateStrategies }) =>
          validateStrategies(context, files, options),
        ),
      ),
    );
  defineMigrate(strategies, context, run);
}

function defineMigrate(strategies: Command, context: CommandContext, run: Run): void {
  readable(strategies.command('migrate').description('a v2 file in the current grammar (v3), on stdout'))
    .argument('<file>', 'strategy file')
    .action((file: string, options: ReadOptions) =>
      run(
        import('./commands/strategies-migrate.js').then(({ migrateStrategy }) =>
          migrateStrategy(context, file, options),
        ),
      ),
    );
}

function defineIndicators(program: Command, context: CommandContext, run: Run): void {
  const indicators = program.command('indicators').description('list indicators, compute them on bars');
  readable(indicators.command('list').description('types, parameters with defaults, outputs')).action(
    (options: ReadOptions) =>
      run(
        import('./commands/indicators-list.js').then(({ listIndicators }) =>
          listIndicators(context, options),
        ),
      ),
  );
  readable(
    indicators
      .command('compute')
      .description('an indicator on the bars of a symbol; --json gives whole arrays')
      .argument('<type>', 'for example rsi, or an alias')
      .requiredOption('--symbol <symbol>', 'for example AAPL')
      .requiredOption('--timeframe <timeframe>', '1m, 5m, 15m, 30m, 1h, 4h, 1d or 1w')
      .option('--params <k=v,...>', 'for example period=21,source=high; others have their defaults')
      .option('--start-date <date>', 'first day, YYYY-MM-DD (UTC); earlier bars warm up')
      .option('--end-date <date>', 'last day, included'),
  ).action((type: string, options: ComputeOptions) =>
    run(
      import('./commands/indicators-compute.js').then(({ computeIndicator }) =>
        computeIndicator(context, type, options),
      ),
    ),
  );
}

function defineData(program: Command, context: CommandContext, run: Run): void {
  const data = program.command('data').description('bars to try things with');
  readable(
    data
      .command('sample')
      .description('write synthetic bars, or the real S&P 500: SP500 1d')
      .argument('<symbol>', 'for example AAPL')
      .argument('<timeframe>', '1m, 5m, 15m, 30m, 1h, 4h, 1d or 1w')
      .option('--start-date <date>', 'first day, YYYY-MM-DD (UTC)')
      .option('--end-date <date>', 'last day, included')
      .option('--seed <number>', 'the same seed gives the same bars', integer)
      .option('--overwrite', 'replace a file that is there'),
  ).action((symbol: string, timeframe: string, options: SampleOptions) =>
    run(
      import('./commands/data-sample.js').then(({ sampleData }) =>
        sampleData(context, symbol, timeframe, options),
      ),
    ),
  );
}

function defineDummy(program: Command, context: CommandContext, run: Run): void {
  const dummy = program.command('dummy').description('an operation that only waits, to try things with');
  supervised(
    dummy
      .command('start')
      .description('start one and show its progress')
      .option('--duration <seconds>', 'of one iteration (default 2)', number)
      .option('--iterations <number>', 'default 100', integer),
  ).action((options: DummyOptions) =>
    run(import('./commands/dummy-start.js').then(({ startDummy }) => startDummy(context, options))),
  );
}

/** Options of a command that starts an operation. */
function supervised(command: Command): Command {
  return readable(command.option('--detach', 'start it and return at once'));
}

/** Options of every command. */
function readable(command: Command): Command {
  return command
    .option('--json', 'only JSON on stdout')
    .option('--verbose', 'tell more: engines, all warnings, each request');
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
