import { type BarsFingerprint, KtrdrError, type Timeframe } from '@ktrdr/contracts';
import { type Bars, readBars } from '@ktrdr/market-data';
import type { Strategy } from '@ktrdr/strategy';

/** All bars that there are of one symbol, by timeframe. */
export interface SymbolBars {
  symbol: string;
  bars: ReadonlyMap<Timeframe, Bars>;
}

export interface LoadedBars {
  /** In the strategy's order. */
  symbols: SymbolBars[];
  /** Of every file that was read. */
  fingerprints: BarsFingerprint[];
}

/**
 * Reads the bars of every symbol and timeframe of a strategy, whole files: the range is cut later, with history before it.
 *
 * @param expected fingerprints of the files that are meant; a file of another content is refused
 * @param report is told the share that is done after each file
 * @throws KtrdrError `bars_not_found`, `bars_invalid`, `bars_differ`
 */
export async function loadBars(
  strategy: Strategy,
  dataDir: string,
  expected: readonly BarsFingerprint[],
  report: (done: number) => Promise<void>,
): Promise<LoadedBars> {
  const fingerprints: BarsFingerprint[] = [];
  const symbols: SymbolBars[] = [];
  const files = strategy.symbols.length * strategy.timeframes.length;
  for (const symbol of strategy.symbols) {
    const bars = new Map<Timeframe, Bars>();
    for (const timeframe of strategy.timeframes) {
      const read = await readBars({ dataDir, symbol, timeframe });
      const fingerprint = { symbol, timeframe, sha256: read.sha256 };
      checkSame(fingerprint, read.file, dataDir, expected);
      fingerprints.push(fingerprint);
      bars.set(timeframe, read);
      await report(fingerprints.length / files);
    }
    symbols.push({ symbol, bars });
  }
  return { symbols, fingerprints };
}

function checkSame(
  found: BarsFingerprint,
  file: string,
  dataDir: string,
  expected: readonly BarsFingerprint[],
): void {
  const meant = expected.find(
    ({ symbol, timeframe }) => symbol === found.symbol && timeframe === found.timeframe,
  );
  if (meant === undefined || meant.sha256 === found.sha256) return;
  throw new KtrdrError(
    'bars_differ',
    `${file} in ${dataDir} holds other bars than the API had when the training was started. Put the same file there and resume, or start again.`,
    { details: { file, expected_sha256: meant.sha256, found_sha256: found.sha256 } },
  );
}
