import { oneLine, printable, truncate, type StrategyList, type StrategySummary } from '@ktrdr/contracts';
import type { Style } from '../style.js';
import { counted } from './numbers.js';
import { textTable } from './text-table.js';

export function strategiesView({ strategies }: StrategyList, columns: number, style: Style): string {
  if (strategies.length === 0) return "No strategy files in the API's strategies folder (STRATEGIES_DIR).";
  const rows = strategies.map((strategy) => [
    printable(strategy.name),
    strategy.version ?? '-',
    oneLine(strategy.symbols.join(',')) || '-',
    oneLine(strategy.timeframes.join(',')) || '-',
    health(strategy, style),
    oneLine(strategy.description ?? ''),
  ]);
  const fixed = [0, 1, 2, 3].reduce(
    (sum, column) => sum + 2 + Math.max(9, ...rows.map((row) => (row[column] ?? '').length)),
    2 + '99 errors, 99 warnings'.length,
  );
  const room = columns - 1 - fixed;
  return textTable(
    ['strategy', 'version', 'symbols', 'timeframes', 'checked', ...(room < 20 ? [] : ['about'])].map(
      (head) => ({
        head,
      }),
    ),
    rows.map((row) => (room < 20 ? row.slice(0, 5) : [...row.slice(0, 5), truncate(row[5] ?? '', room)])),
    style,
  );
}

function health({ valid, errors, warnings }: StrategySummary, style: Style): string {
  if (!valid) return style.red(counted(errors, 'error'));
  return warnings === 0 ? style.green('valid') : style.yellow(`valid, ${counted(warnings, 'warning')}`);
}
