import type { Command } from 'commander';
import type { AddCommand } from '../add-command.js';
import { END_DATE, TIMEFRAMES } from '../common-options.js';

/** The commands of `ktrdr indicators`. */
export function defineIndicators(indicators: Command, add: AddCommand): void {
  add(indicators, 'list', 'types, parameters with defaults, outputs', () =>
    import('../commands/indicators-list.js').then(({ listIndicators }) => listIndicators),
  );
  add(indicators, 'compute', 'an indicator on the bars of a symbol; --json prints whole arrays', () =>
    import('../commands/indicators-compute.js').then(({ computeIndicator }) => computeIndicator),
  )
    .argument('<type>', 'for example rsi, or an alias')
    .requiredOption('--symbol <symbol>', 'for example AAPL')
    .requiredOption('--timeframe <timeframe>', TIMEFRAMES)
    .option('--params <k=v,...>', 'for example period=21,source=high; the others have their defaults')
    .option('--start-date <date>', 'first day, YYYY-MM-DD (UTC); earlier bars warm the indicator up')
    .option(...END_DATE);
}
