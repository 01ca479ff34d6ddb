import { type BarsFingerprint, type DataReport, KtrdrError, type Timeframe } from '@ktrdr/contracts';
import { type Bars, type BarsFolders, fingerprintBars, readBars, reportData } from '@ktrdr/market-data';
import type { Strategy } from '@ktrdr/strategy';

/** All bars of one symbol, by timeframe. */
export interface SymbolBars {
  symbol: string;
  bars: ReadonlyMap<Timeframe, Bars>;
}

export interface LoadedBars {
  /** In the strategy's order. */
  symbols: SymbolBars[];
  /** One for each file. */
  fingerprints: BarsFingerprint[];
}

/** Bars with what was found in their files. */
export interface ReportedBars extends LoadedBars {
  /** One for each file, in the same order. */
  reports: DataReport[];
}

/**
 * Reads the bars of every symbol and timeframe of a strategy. Reads whole files: the range and its history are selected later.
 *
 * @param expected fingerprints of the expected files; a file with other content is refused
 * @param report called after each file with the share of files read, up to 1
 * @throws KtrdrError `bars_not_found`, `bars_invalid`, `bars_differ`
 */
export async function loadBars(
  strategy: Pick<Strategy, 'symbols' | 'timeframes'>,
  { dataDir, stateDir }: BarsFolders,
  expected: readonly BarsFingerprint[],
  report: (done: number) => Promise<void>,
): Promise<LoadedBars> {
  const fingerprints: BarsFingerprint[] = [];
  const symbols: SymbolBars[] = [];
  const files = strategy.symbols.length * strategy.timeframes.length;
  for (const symbol of strategy.symbols) {
    const bars = new Map<Timeframe, Bars>();
    for (const timeframe of strategy.timeframes) {
      const read = await readBars({ dataDir, stateDir, symbol, timeframe });
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

/** The fingerprints of the bars that {@link loadBars} would read; `null` if it would fail. */
export async function fingerprintsOf(
  { symbols, timeframes }: Pick<Strategy, 'symbols' | 'timeframes'>,
  folders: BarsFolders,
  expected: readonly BarsFingerprint[],
): Promise<BarsFingerprint[] | null> {
  const found: BarsFingerprint[] = [];
  for (const symbol of symbols) {
    for (const timeframe of timeframes) {
      // loadBars throws the error, unless one of an earlier file comes first
      const one = await fingerprintBars({ ...folders, symbol, timeframe }).catch(() => null);
      if (one === null || otherThan(one, expected) !== undefined) return null;
      found.push(one);
    }
  }
  return found;
}

/**
 * Looks for faults in the bars. This takes longer than reading them from the cache, so only a training does it.
 *
 * @param pause called before each symbol
 */
export async function reportBars(loaded: LoadedBars, pause: () => Promise<void>): Promise<ReportedBars> {
  const reports: DataReport[] = [];
  for (const { bars } of loaded.symbols) {
    await pause();
    reports.push(...reportData([...bars.values()]));
  }
  return { ...loaded, reports };
}

function checkSame(
  found: BarsFingerprint,
  file: string,
  dataDir: string,
  expected: readonly BarsFingerprint[],
): void {
  const meant = otherThan(found, expected);
  if (meant === undefined) return;
  throw new KtrdrError(
    'bars_differ',
    `${file} in ${dataDir} differs from the file that the API had when the training was started. Put the same file there and resume, or start a new training.`,
    { details: { file, expected_sha256: meant.sha256, found_sha256: found.sha256 } },
  );
}

/** The expected fingerprint, if it is another one. */
function otherThan(
  found: BarsFingerprint,
  expected: readonly BarsFingerprint[],
): BarsFingerprint | undefined {
  return expected.find(
    ({ symbol, timeframe, sha256 }) =>
      symbol === found.symbol && timeframe === found.timeframe && sha256 !== found.sha256,
  );
}
