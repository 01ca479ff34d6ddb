import {
  type BarsOrigin,
  type ConflictChoice,
  KtrdrError,
  type StoredBars,
  TIMEFRAME_MS,
} from '@ktrdr/contracts';
import { barsFileName } from '../bars-file.js';
import { type FingerprintedBars, readBars } from '../read-bars.js';
import { formatBarTime } from '../timestamp.js';
import { readBarsFileHead } from './bars-file-head.js';
import { BarsFileWriter } from './bars-file-writer.js';
import { readSources, sourcesFile, sourcesWith } from './bars-sources.js';
import { BarsTransaction } from './bars-transaction.js';
import {
  type Conflict,
  columnsConflict,
  differConflict,
  importConflict,
  syntheticConflict,
  timesConflict,
} from './import-conflict.js';
import { compareBars, mergeBars, type MergePlan, type Winner } from './merge-bars.js';
import { refuseOtherCase } from './other-case.js';
import type { ParsedBars } from './parsed-bars.js';

/** How bars are stored. */
export interface StoreBarsOptions {
  /** What happens if bars differ from those of an existing file. */
  onConflict: ConflictChoice;
  /** Where the bars come from. Is kept beside the file. */
  origin: Omit<BarsOrigin, 'rows'>;
  /** Ends the work: nothing is stored. */
  signal?: AbortSignal | undefined;
  /** Folder of the service's state, where the existing bars may be cached. */
  stateDir?: string;
}

/** How one file changes. */
interface Change {
  bars: ParsedBars;
  file: string;
  comments: string[];
  /** `null` if there is no file, or if all of it is replaced. */
  old: FingerprintedBars | null;
  plan: MergePlan;
  winner: Winner;
}

/**
 * Stores bars in `dataDir`: a new file for each symbol and timeframe, or a merge with the existing one. New bars extend a file.
 * Bars of the same time must agree within the rounding of both files ({@link compareBars}); then the existing bar stays. If some differ,
 * `onConflict` decides: `refuse` stores nothing, `keep` leaves the stored bars, `replace` takes the new bars. Comment lines of a file
 * stay. Synthetic bars and columns that the format does not have are lost only with `replace`, and so are all existing bars if the new
 * ones open between them, as the days of another time zone do: both together would overlap.
 *
 * All files change or none, whatever happens to the process ({@link BarsTransaction}). Two calls work one after another.
 *
 * @throws KtrdrError `invalid_name`, `folder_missing`, `bars_invalid` (the existing file), `import_conflict`, `disk_full`,
 * `storage_failed`; the signal's reason. Nothing has changed then.
 */
export async function storeBars(
  dataDir: string,
  bars: readonly ParsedBars[],
  options: StoreBarsOptions,
): Promise<StoredBars[]> {
  const { onConflict, signal } = options;
  return BarsTransaction.run(dataDir, 'storing bars', signal, async (transaction) => {
    await refuseOtherCase(dataDir, bars);
    const conflicts: Conflict[] = [];
    const stored: StoredBars[] = [];
    for (const one of bars) {
      signal?.throwIfAborted();
      const change = await planChange(dataDir, one, options);
      if ('message' in change) conflicts.push(change);
      else if (conflicts.length === 0) stored.push(await stageChange(transaction, dataDir, change, options));
    }
    if (conflicts.length > 0) throw importConflict(conflicts, onConflict);
    return stored;
  });
}

/**
 * Why {@link storeBars} would refuse bars. Changes nothing.
 *
 * @throws KtrdrError `invalid_name`, `bars_invalid` (an existing file), `import_conflict` (a symbol that differs from another one only in
 * case, for which no choice helps)
 */
export async function findConflicts(
  dataDir: string,
  bars: readonly ParsedBars[],
  options: Pick<StoreBarsOptions, 'onConflict' | 'stateDir'>,
): Promise<Conflict[]> {
  await refuseOtherCase(dataDir, bars);
  const conflicts: Conflict[] = [];
  for (const one of bars) {
    const change = await planChange(dataDir, one, options);
    if ('message' in change) conflicts.push(change);
  }
  return conflicts;
}

async function planChange(
  dataDir: string,
  bars: ParsedBars,
  { onConflict, stateDir }: Pick<StoreBarsOptions, 'onConflict' | 'stateDir'>,
): Promise<Change | Conflict> {
  const { symbol, timeframe } = bars;
  const name = { dataDir, symbol, timeframe, ...(stateDir !== undefined && { stateDir }) };
  const file = barsFileName(symbol, timeframe);
  const old = await readBars(name).catch((error: unknown) => {
    if (error instanceof KtrdrError && error.code === 'bars_not_found') return null;
    throw error;
  });
  if (old === null) {
    return newFile(bars, file);
  }
  const plan = compareBars(old, bars, TIMEFRAME_MS[timeframe]);
  const replace = onConflict === 'replace';
  if (old.synthetic !== (bars.synthetic ?? false)) {
    return replace ? newFile(bars, file) : syntheticConflict(old);
  }
  if (plan.firstSqueezed !== null && plan.squeezed * 2 > plan.between) {
    return replace ? newFile(bars, file) : timesConflict(old, bars, plan.firstSqueezed);
  }
  const { comments, otherColumns } = await readBarsFileHead(name);
  if (plan.differing > 0 && onConflict === 'refuse') return differConflict(old, bars, plan);
  const winner = plan.differing > 0 && replace ? 'new' : 'old';
  if (otherColumns.length > 0 && !replace && !isUnchanged(plan, winner)) {
    return columnsConflict(old, otherColumns);
  }
  return { bars, file, comments, old, plan, winner };
}

function newFile(bars: ParsedBars, file: string): Change {
  const plan = compareBars(NO_BARS, bars, TIMEFRAME_MS[bars.timeframe]);
  return { bars, file, comments: commentsOf(bars), old: null, plan, winner: 'new' };
}

async function stageChange(
  transaction: BarsTransaction,
  dataDir: string,
  { bars, file, comments, old, plan, winner }: Change,
  { origin, signal }: StoreBarsOptions,
): Promise<StoredBars> {
  const { symbol, timeframe } = bars;
  const { sha256, rows } =
    old !== null && isUnchanged(plan, winner)
      ? { sha256: old.sha256, rows: old.length }
      : await BarsFileWriter.write(
          await transaction.stage(file),
          { timeframe, comments, signal },
          async (writer) => {
            for (const run of mergeBars(old ?? NO_BARS, bars, winner))
              await writer.add(run.bars, run.from, run.to);
          },
        );
  const first = Math.min(bars.time[0]!, old?.time[0] ?? Infinity);
  const last = Math.max(bars.time[bars.length - 1]!, old?.time[old.length - 1] ?? -Infinity);
  const facts = {
    sha256,
    rows,
    first: formatBarTime(first, timeframe),
    last: formatBarTime(last, timeframe),
  };
  const known = old === null ? null : await readSources(dataDir, file);
  // bars that are all there already, or that lost against the existing ones, are not where the file came from
  if (old === null || !isUnchanged(plan, winner) || (known === null && plan.differing === 0))
    await transaction.stageText(
      sourcesFile(file),
      sourcesWith(known, facts, { ...origin, rows: bars.length }),
    );
  return {
    symbol,
    timeframe,
    file,
    ...facts,
    added: plan.added,
    replaced: winner === 'new' ? plan.differing : 0,
    kept: winner === 'new' ? 0 : plan.differing,
    unchanged: plan.unchanged,
  };
}

function commentsOf({ synthetic, symbol, timeframe }: ParsedBars): string[] {
  return synthetic === true ? [`# synthetic bars, not market data: ${symbol} ${timeframe}`] : [];
}

function isUnchanged(plan: MergePlan, winner: Winner): boolean {
  return plan.added === 0 && (winner === 'old' || plan.differing === 0);
}

const EMPTY = new Float64Array(0);
const NO_BARS = { time: EMPTY, open: EMPTY, high: EMPTY, low: EMPTY, close: EMPTY, volume: EMPTY, length: 0 };
