import { oneLine, printable, type StrategyList, type StrategySummary } from '@ktrdr/contracts';
import type { Screen } from '../screen.js';
import type { Style } from '../style.js';
import { counted } from './numbers.js';
import { textTable } from './text-table.js';

export function strategiesView({ strategies }: StrategyList, { columns, style }: Screen): string {
  if (strategies.length === 0) return "No strategy files in the API's strategies folder (STRATEGIES_DIR).";
  return textTable(
    [
      { head: 'strategy' },
      { head: 'version', drop: 2 },
      { head: 'symbols', least: 9 },
      { head: 'timeframes', least: 6 },
      { head: 'checked' },
      { head: 'about', least: 20, drop: 3 },
    ],
    strategies.map((strategy) => [
      printable(strategy.name),
      strategy.version ?? '-',
      oneLine(strategy.symbols.join(',')) || '-',
      oneLine(strategy.timeframes.join(',')) || '-',
      health(strategy, style),
      oneLine(strategy.description ?? ''),
    ]),
    style,
    columns,
  );
}

function health({ valid, errors, warnings }: StrategySummary, style: Style): string {
  if (!valid) return style.red(counted(errors, 'error'));
  return warnings === 0 ? style.green('valid') : style.yellow(`valid, ${counted(warnings, 'warning')}`);
}
