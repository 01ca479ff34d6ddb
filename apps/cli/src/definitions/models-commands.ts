import { MODEL_ORDERS } from '@ktrdr/contracts';
import { type Command, Option } from 'commander';
import type { AddCommand } from '../add-command.js';
import { BACKTEST_FLAGS, tradesFormat } from '../backtest-flags.js';
import { DETACH, END_DATE, WATCH, YES } from '../common-options.js';
import { integer } from '../option-values.js';
import { TRAINING_FLAGS } from '../training-flags.js';

const MODEL = ['<model>', 'strategy/version, for example test_strategy/1h_v3'] as const;

/** The commands of `ktrdr models`. */
export function defineModels(models: Command, add: AddCommand): void {
  const train = add(models, 'train', 'train the models of strategy files', () =>
    import('../commands/models-train.js').then(({ trainModels }) => trainModels),
  ).argument(
    '<strategy.yaml...>',
    "strategy files; then optionally symbols as A,B and timeframes as 1h,1d, which replace the files'",
  );
  for (const flag of Object.values(TRAINING_FLAGS)) train.addOption(flag);
  train.option(...DETACH);
  add(models, 'list', 'trained models, newest first', () =>
    import('../commands/models-list.js').then(({ listModels }) => listModels),
  )
    .addOption(new Option('--sort <order>', 'default created').choices(MODEL_ORDERS))
    .option(...WATCH);
  add(models, 'show', 'one model: data, network, metrics', () =>
    import('../commands/models-show.js').then(({ showModel }) => showModel),
  ).argument(...MODEL);
  add(models, 'compare', 'metrics of models side by side, and their differences', () =>
    import('../commands/models-compare.js').then(({ compareModels }) => compareModels),
  ).argument('<model...>', 'two to 10, for example test_strategy/1h_v1 test_strategy/1h_v2');
  add(models, 'predict', "predictions of a model for a symbol's newest bars", () =>
    import('../commands/models-predict.js').then(({ predict }) => predict),
  )
    .argument(...MODEL)
    .option('--symbol <symbol>', 'for example AAPL (default: that of the model)')
    .option('--timeframe <timeframe>', "the model's base timeframe (default)")
    .option('--last <number>', 'number of bars (default 1)', integer)
    .option(...END_DATE);
  const backtest = add(models, 'backtest', 'backtest a model on bars that it has not seen', () =>
    import('../commands/models-backtest.js').then(({ backtestModel }) => backtestModel),
  ).argument(...MODEL);
  for (const flag of Object.values(BACKTEST_FLAGS)) backtest.addOption(flag);
  backtest
    .option('--trades <file>', 'write the trades to a .csv or .json file', (file) => {
      tradesFormat(file);
      return file;
    })
    .option(...DETACH);
  add(models, 'delete', 'delete a model permanently, after a confirmation', () =>
    import('../commands/models-delete.js').then(({ deleteModel }) => deleteModel),
  )
    .argument(...MODEL)
    .option(...YES);
}
