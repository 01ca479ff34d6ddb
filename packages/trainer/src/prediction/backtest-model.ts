import { backtest, backtestDecisions, type SymbolSignals } from '@ktrdr/backtest';
import type { BacktestResult } from '@ktrdr/contracts';
import { describeStale, formatBarTime } from '@ktrdr/market-data';
import { loadBars, type SymbolBars } from '../data/load-bars.js';
import { count } from '../data/named.js';
import { syntheticWarning } from '../data/synthetic-warning.js';
import { inferModel } from '../engines/onnx/infer-model.js';
import { signalsOf } from '../evaluation/decide.js';
import { bytesOf } from '../models/read-model.js';
import { type BacktestLook, lookOf } from './backtest-look.js';
import { backtestRows, type BacktestRows } from './backtest-rows.js';
import { type BacktestRun, checkBacktest, type CheckedBacktest } from './check-backtest.js';
import { tradedSymbols } from './traded-symbols.js';
import { writeTrades } from './write-trades.js';

/** Steps of a backtest, in order. */
export type BacktestStep = 'loading bars' | 'predicting' | 'simulating' | 'writing trades';

/** A computed backtest. */
export interface BacktestOutcome {
  result: BacktestResult;
  look: BacktestLook;
}

/**
 * Lets a stored model decide on every bar of a range, and trades by its decisions. Writes the trades into `outputDir`.
 *
 * @param report called when a step begins
 * @throws KtrdrError as `checkBacktest`; `bars_invalid`, `no_bars_in_range`, `not_enough_bars`, `disk_full`
 */
export async function backtestModel(
  run: BacktestRun,
  outputDir: string,
  report: (step: BacktestStep) => void,
): Promise<BacktestOutcome> {
  const checked = await checkBacktest(run);
  report('loading bars');
  const loaded = await loadBars(checked.strategy, run, [], () => Promise.resolve());
  report('predicting');
  const signals: SymbolSignals[] = [];
  const { traded, leftOut } = tradedSymbols(loaded.symbols, checked, run.symbols);
  const warnings = [
    ...syntheticWarning(traded.flatMap(({ bars }) => [...bars.values()])),
    ...untrainedWarnings(checked),
  ];
  if (leftOut.length > 0) {
    warnings.push(`${leftOut.join(', ')} has no ${checked.timeframe} bars in the range and was left out.`);
  }
  for (const bars of traded) signals.push(await signalsOfSymbol(checked, bars, run.now, warnings));
  report('simulating');
  const { strategy, settings, timeframe, inSample } = checked;
  const { labels } = strategy.training;
  const found = backtest(signals, settings, {
    timeframe,
    inSample,
    seed: checked.model.metadata.seed,
    ...(labels.source === 'zigzag' ? { pivotThreshold: labels.threshold } : {}),
  });
  report('writing trades');
  await writeTrades(outputDir, found.trades);
  const result = {
    model: checked.name,
    untrained_symbols: checked.untrained,
    report: { ...found.report, warnings: [...warnings, ...found.report.warnings] },
  };
  return { result, look: lookOf(checked, loaded.fingerprints, found.report) };
}

async function signalsOfSymbol(
  { model, strategy, range, trainingStart, timeframe }: CheckedBacktest,
  symbol: SymbolBars,
  now: number,
  warnings: string[],
): Promise<SymbolSignals> {
  const found = backtestRows({ strategy, bars: symbol, range, now, trainingStart });
  const outputs = await inferModel(bytesOf(model, 'model.onnx'), found.input);
  // checked: the classes are signals
  const signals = signalsOf(outputs, model.metadata.classes, backtestDecisions(strategy))!;
  const decision = new Int8Array(found.bars.length);
  const { rows } = found;
  for (let row = 0; row < rows.length; row += 1) decision[rows[row]!] = signals[row]!;
  warnings.push(...rowWarnings(symbol.symbol, found, timeframe));
  return { symbol: symbol.symbol, bars: found.bars, decision };
}

function untrainedWarnings({ name, untrained, model }: CheckedBacktest): string[] {
  if (untrained.length === 0) return [];
  const trained = model.metadata.symbols.join(', ');
  return [`${name} was not trained on ${untrained.join(', ')} but on ${trained}.`];
}

function rowWarnings(
  symbol: string,
  { bars, rows, stale }: BacktestRows,
  timeframe: CheckedBacktest['timeframe'],
): string[] {
  const missing = bars.length - rows.length;
  return [
    ...stale.map(
      (stretch) =>
        `${describeStale(stretch)}: without current ${stretch.timeframe} bars there is no decision from ` +
        `${formatBarTime(stretch.from, timeframe)} to ${formatBarTime(stretch.to, timeframe)}.`,
    ),
    ...(missing > 0
      ? [
          `${count(missing)} of ${count(bars.length)} bars of ${symbol} have no decision: features are missing there.`,
        ]
      : []),
  ];
}
