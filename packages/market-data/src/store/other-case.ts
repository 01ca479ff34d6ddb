import { KtrdrError } from '@ktrdr/contracts';
import { listBars } from '../list-bars.js';

/**
 * Refuses a symbol that differs from another one only in upper and lower case: on Windows and macOS both would have the same file.
 *
 * @throws KtrdrError `import_conflict`
 */
export async function refuseOtherCase(dataDir: string, bars: readonly { symbol: string }[]): Promise<void> {
  const known = new Map((await listBars(dataDir)).map(({ symbol }) => [symbol.toLowerCase(), symbol]));
  for (const { symbol } of bars) {
    const other = known.get(symbol.toLowerCase()) ?? symbol;
    known.set(symbol.toLowerCase(), symbol);
    if (other === symbol) continue;
    throw new KtrdrError(
      'import_conflict',
      `${symbol} and ${other} differ only in upper and lower case, and some file systems keep one file for both. ` +
        `Use the symbol ${other}, or another name. Nothing was stored.`,
      { details: { symbol, other } },
    );
  }
}
