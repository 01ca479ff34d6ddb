import { hostSuffix, type ProgressRenderer } from './progress-renderer.js';

const KB = 1e3;
const MB = 1e6;
/** Symbols that a line names. */
const MOST_NAMED = 3;

/** `Importing AAPL: reading (12.0 of 45.5 MB)`, `Importing AAPL, MSFT: storing (1,000,000 bars)`. */
export const importProgressRenderer: ProgressRenderer = (progress) => {
  const { context, items_processed: bytes, items_total: total } = progress;
  const { symbols, phase } = context;
  return `Importing ${named(symbols ?? [])}: ${phase ?? 'starting'}${amount(bytes, total)}${hostSuffix(progress)}`;
};

function named(symbols: readonly string[]): string {
  const more = symbols.length - MOST_NAMED;
  return `${symbols.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Bytes while the file is read; afterwards only the total is known, of bars. */
function amount(bytes: number | null, total: number | null): string {
  if (total === null) return '';
  if (bytes === null) return ` (${total.toLocaleString('en-US')} bars)`;
  const [unit, name] = total < MB ? [KB, 'kB'] : [MB, 'MB'];
  return ` (${(bytes / unit).toFixed(1)} of ${(total / unit).toFixed(1)} ${name})`;
}
