import { TRAINING_PRIORITIES, type StartTrainingRequest, type TrainingOptions } from '@ktrdr/contracts';
import { Option } from 'commander';
import { integer, number } from './option-values.js';

/** Fields of the request that have a flag. Symbols and timeframes are arguments. */
type FlagField = Exclude<keyof TrainingOptions, 'symbols' | 'timeframes'> | 'data_mode' | 'priority';

/** The flag of each field: `walk_forward` is `--walk-forward`. `--help` lists them in this order. */
export const TRAINING_FLAGS: Readonly<Record<FlagField, Option>> = {
  start_date: new Option('--start-date <date>', 'first day, YYYY-MM-DD (UTC)'),
  end_date: new Option('--end-date <date>', 'last day, included'),
  validation_split: new Option(
    '--validation-split <share>',
    'share of the rows before the test rows, 0 to 1',
  ).argParser(number),
  data_mode: new Option('--data-mode <mode>', 'where bars come from: local'),
  seed: new Option('--seed <number>', 'the same seed gives the same model').argParser(integer),
  seeds: new Option(
    '--seeds <count>',
    'train 2 to 20 seeds, from --seed on; show mean, spread and worst; store the one with the lowest validation loss',
  ).argParser(integer),
  walk_forward: new Option(
    '--walk-forward <folds>',
    'also train on 2 to 20 earlier periods, test each on the bars that follow, and show mean and spread',
  ).argParser(integer),
  walk_forward_window: new Option(
    '--walk-forward-window <bars>',
    'each fold trains on this many bars (rolling window); default: all earlier bars (growing window)',
  ).argParser(integer),
  walk_forward_gap: new Option(
    '--walk-forward-gap <bars>',
    'bars left out between the training of a fold and its test; default 0',
  ).argParser(integer),
  priority: new Option(
    '--priority <priority>',
    'hosts of a queue take trainings with a higher priority first; default normal',
  ).choices(TRAINING_PRIORITIES),
  dry_run: new Option('--dry-run', 'prepare everything, train nothing'),
  detailed_analytics: new Option(
    '--detailed-analytics',
    'write the metrics of every epoch and a report to STATE_DIR',
  ),
};

/** The request's fields for the flags in `options`, which Commander has parsed. */
export function flaggedFields(options: object): Pick<StartTrainingRequest, FlagField> {
  const values: Record<string, unknown> = { ...options };
  return Object.fromEntries(
    Object.entries(TRAINING_FLAGS).map(([field, flag]) => [field, values[flag.attributeName()]]),
  );
}
