import { csvCell, type Trade } from '@ktrdr/contracts';

const COLUMNS: readonly (keyof Trade)[] = [
  'symbol',
  'direction',
  'entry_time',
  'entry_price',
  'exit_time',
  'exit_price',
  'exit_reason',
  'quantity',
  'costs',
  'profit',
  'return',
  'bars',
];

/** Trades as CSV with a header. */
export function tradesCsv(trades: readonly Trade[]): string {
  const lines = trades.map((trade) => COLUMNS.map((column) => csvCell(trade[column])).join(','));
  return `${[COLUMNS.join(','), ...lines].join('\n')}\n`;
}
