import {
  AUDIT_ACTIONS,
  AUDIT_OUTCOMES,
  MODEL_ORDERS,
  OPERATION_STATUSES,
  OPERATION_TYPES,
  ROLES,
} from '@ktrdr/contracts';
import { type Command, Option } from 'commander';
import { BACKTEST_FLAGS, tradesFormat } from './backtest-flags.js';
import { defineData } from './data-commands.js';
import type { AddCommand } from './add-command.js';
import { DETACH, END_DATE, TIMEFRAMES } from './common-options.js';
import { integer, number } from './option-values.js';
import { TRAINING_FLAGS } from './training-flags.js';

const MODEL = ['<model>', 'strategy/version, for example test_strategy/1h_v3'] as const;
const OPERATION_ID = ['<id>', 'operation id'] as const;

/** Every command of `ktrdr`. */
export function defineCommands(program: Command, add: AddCommand): void {
  defineModels(program.command('models').description('train models and use them'), add);
  defineOperations(
    program.command('operations').description('list, follow, cancel and resume operations'),
    add,
  );
  defineStrategies(program.command('strategies').description('list, check and migrate strategy files'), add);
  defineIndicators(program.command('indicators').description('list indicators, compute them on bars'), add);
  defineData(program.command('data').description('import, show, check, export and delete bars'), add);
  add(program, 'hosts', 'training hosts with their engines and sessions', () =>
    import('./commands/hosts-list.js').then(({ listHosts }) => listHosts),
  );
  defineAccess(program, add);
  const dummy = program.command('dummy').description('an operation that only waits, for trying things out');
  add(dummy, 'start', 'start a dummy operation and show its progress', () =>
    import('./commands/dummy-start.js').then(({ startDummy }) => startDummy),
  )
    .option('--duration <seconds>', 'duration of an iteration (default 2)', number)
    .option('--iterations <number>', 'default 100', integer)
    .option(...DETACH);
}

function defineAccess(program: Command, add: AddCommand): void {
  add(program, 'login', 'save your access token for the API', () =>
    import('./commands/login.js').then(({ login }) => login),
  );
  add(program, 'logout', 'remove the saved access token of the API', () =>
    import('./commands/login.js').then(({ logout }) => logout),
  );
  const token = program.command('token').description('create, list and revoke access tokens (admins)');
  add(token, 'create', 'create a token; its secret is shown once', () =>
    import('./commands/tokens.js').then(({ createToken }) => createToken),
  )
    .addOption(new Option('--role <role>', 'what the token allows').choices(ROLES).makeOptionMandatory(true))
    .requiredOption('--name <name>', 'whose token it is, or what for');
  add(token, 'list', 'tokens that are not revoked', () =>
    import('./commands/tokens.js').then(({ listTokens }) => listTokens),
  );
  add(token, 'revoke', 'end a token at once', () =>
    import('./commands/tokens.js').then(({ revokeToken }) => revokeToken),
  ).argument('<token>', 'id or name');
  const audit = program.command('audit').description('who did what (admins)');
  add(audit, 'list', 'starts, cancels, deletions, token changes and refusals, newest first', () =>
    import('./commands/audit-list.js').then(({ listAudit }) => listAudit),
  )
    .option('--caller <name>', 'only this token name, or local')
    .addOption(new Option('--action <action>', 'only this action').choices(AUDIT_ACTIONS))
    .addOption(new Option('--outcome <outcome>', 'only this outcome').choices(AUDIT_OUTCOMES))
    .option('--limit <number>', 'at most this many (default 50)', integer)
    .option('--offset <number>', 'skip this many newer ones', integer);
}

function defineModels(models: Command, add: AddCommand): void {
  const train = add(models, 'train', 'train the model of a strategy file', () =>
    import('./commands/models-train.js').then(({ trainModel }) => trainModel),
  )
    .argument('<strategy.yaml>', 'strategy file')
    .argument('[symbol]', "replaces the file's symbols; several as A,B")
    .argument('[timeframe]', "replaces the file's timeframes; several as 1h,1d");
  for (const flag of Object.values(TRAINING_FLAGS)) train.addOption(flag);
  train.option(...DETACH);
  add(models, 'list', 'trained models, newest first', () =>
    import('./commands/models-list.js').then(({ listModels }) => listModels),
  ).addOption(new Option('--sort <order>', 'default created').choices(MODEL_ORDERS));
  add(models, 'show', 'one model: data, network, metrics', () =>
    import('./commands/models-show.js').then(({ showModel }) => showModel),
  ).argument(...MODEL);
  add(models, 'compare', 'metrics of models side by side, and their differences', () =>
    import('./commands/models-compare.js').then(({ compareModels }) => compareModels),
  ).argument('<model...>', 'two to 10, for example test_strategy/1h_v1 test_strategy/1h_v2');
  add(models, 'predict', "predictions of a model for a symbol's newest bars", () =>
    import('./commands/models-predict.js').then(({ predict }) => predict),
  )
    .argument(...MODEL)
    .requiredOption('--symbol <symbol>', 'for example AAPL')
    .requiredOption('--timeframe <timeframe>', "the model's base timeframe, for example 1h")
    .option('--last <number>', 'number of bars (default 1)', integer)
    .option(...END_DATE);
  const backtest = add(models, 'backtest', 'backtest a model on bars that it has not seen', () =>
    import('./commands/models-backtest.js').then(({ backtestModel }) => backtestModel),
  ).argument(...MODEL);
  for (const flag of Object.values(BACKTEST_FLAGS)) backtest.addOption(flag);
  backtest
    .option('--trades <file>', 'write the trades to a .csv or .json file', (file) => {
      tradesFormat(file);
      return file;
    })
    .option(...DETACH);
  add(models, 'delete', 'delete a model permanently, after a confirmation', () =>
    import('./commands/models-delete.js').then(({ deleteModel }) => deleteModel),
  )
    .argument(...MODEL)
    .option('--yes', 'do not ask for confirmation');
}

function defineOperations(operations: Command, add: AddCommand): void {
  add(operations, 'list', 'operations, newest first', () =>
    import('./commands/operations-list.js').then(({ listOperations }) => listOperations),
  )
    .addOption(new Option('--status <status>', 'only this status').choices(OPERATION_STATUSES))
    .addOption(new Option('--type <type>', 'only this type').choices(OPERATION_TYPES))
    .option('--limit <number>', 'at most this many (default 50)', integer)
    .option('--offset <number>', 'skip this many newer ones', integer);
  add(operations, 'show', 'one operation and its result', () =>
    import('./commands/operations-show.js').then(({ showOperation }) => showOperation),
  ).argument(...OPERATION_ID);
  add(operations, 'follow', 'show progress to the end; Ctrl+C detaches', () =>
    import('./commands/operations-follow.js').then(({ followToItsEnd }) => followToItsEnd),
  ).argument(...OPERATION_ID);
  add(operations, 'cancel', 'cancel an operation and wait until its work has ended', () =>
    import('./commands/operations-cancel.js').then(({ cancelOperation }) => cancelOperation),
  )
    .argument(...OPERATION_ID)
    .option('--reason <text>', 'stored with the operation')
    .option('--force', 'skip the grace time');
  add(operations, 'resume', 'continue a cancelled or failed operation from its checkpoint', () =>
    import('./commands/operations-again.js').then(({ resumeOperation }) => resumeOperation),
  )
    .argument(...OPERATION_ID)
    .option(...DETACH);
  add(operations, 'retry', 'start a cancelled or failed operation again from the beginning', () =>
    import('./commands/operations-again.js').then(({ retryOperation }) => retryOperation),
  )
    .argument(...OPERATION_ID)
    .option(...DETACH);
  add(operations, 'prune', 'remove the records of old operations, after a confirmation', () =>
    import('./commands/operations-prune.js').then(({ pruneOperations }) => pruneOperations),
  )
    .requiredOption('--older-than <days>', 'ended at least this many days ago', integer)
    .option('-y, --yes', 'do not ask for confirmation');
}

function defineStrategies(strategies: Command, add: AddCommand): void {
  add(strategies, 'list', "strategy files in the API's folder", () =>
    import('./commands/strategies-list.js').then(({ listStrategies }) => listStrategies),
  );
  add(strategies, 'validate', 'every problem of a file, with line and column', () =>
    import('./commands/strategies-validate.js').then(({ validateStrategies }) => validateStrategies),
  ).argument('<file...>', 'strategy files');
  add(strategies, 'migrate', 'print a v2 file in the current grammar (v3)', () =>
    import('./commands/strategies-migrate.js').then(({ migrateStrategy }) => migrateStrategy),
  ).argument('<file>', 'strategy file');
}

function defineIndicators(indicators: Command, add: AddCommand): void {
  add(indicators, 'list', 'types, parameters with defaults, outputs', () =>
    import('./commands/indicators-list.js').then(({ listIndicators }) => listIndicators),
  );
  add(indicators, 'compute', 'an indicator on the bars of a symbol; --json prints whole arrays', () =>
    import('./commands/indicators-compute.js').then(({ computeIndicator }) => computeIndicator),
  )
    .argument('<type>', 'for example rsi, or an alias')
    .requiredOption('--symbol <symbol>', 'for example AAPL')
    .requiredOption('--timeframe <timeframe>', TIMEFRAMES)
    .option('--params <k=v,...>', 'for example period=21,source=high; the others have their defaults')
    .option('--start-date <date>', 'first day, YYYY-MM-DD (UTC); earlier bars warm the indicator up')
    .option(...END_DATE);
}
