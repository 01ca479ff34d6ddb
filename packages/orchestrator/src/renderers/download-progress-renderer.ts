import type { ProgressRenderer } from './progress-renderer.js';

/** `Downloading BTC/USDT 1h from binance: to 2024-02-11T15:00:00Z (12,000 bars)`. A download that waits shows for what. */
export const downloadProgressRenderer: ProgressRenderer = ({ context, current_item, items_processed }) => {
  const { symbols, timeframes, phase, source } = context;
  const bars = items_processed === null ? '' : ` (${items_processed.toLocaleString('en-US')} bars)`;
  const where = phase ?? (current_item === null ? 'starting' : `to ${current_item}${bars}`);
  return `Downloading ${(symbols ?? []).join()} ${(timeframes ?? []).join()} from ${String(source)}: ${where}`;
};
