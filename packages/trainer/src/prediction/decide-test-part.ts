import { backtest, backtestDecisions, backtestSettings, type SymbolSignals } from '@ktrdr/backtest';
import {
  type DecidedBar,
  KtrdrError,
  type ModelDecisions,
  MOST_DECIDED_BARS,
  type Trade,
} from '@ktrdr/contracts';
import { type DateRange, formatBarTime, parseDateRange } from '@ktrdr/market-data';
import type { Strategy } from '@ktrdr/strategy';
import { loadBars, type SymbolBars } from '../data/load-bars.js';
import { inferModel } from '../engines/onnx/infer-model.js';
import { signalsOf } from '../evaluation/decide.js';
import { ModelStorage } from '../models/model-storage.js';
import { bytesOf, type ReadModel } from '../models/read-model.js';
import { strategyToPredict, unsupportedModel } from '../models/stored-strategy.js';
import { backtestRows, type BacktestRows } from './backtest-rows.js';
import { said } from './predict.js';
import { tradedSymbols } from './traded-symbols.js';

/** Everything that decisions on a test part need. It is sent to the process of predictions as JSON. */
export interface DecisionsRun {
  modelsDir: string;
  dataDir: string;
  /** For the cache of bars. */
  stateDir?: string;
  strategy: string;
  version: string;
  symbol: string;
  /** Of the bars of all symbols of the model. */
  barsState: ModelDecisions['bars_state'];
  /** ms since 1970. Bars that close later are ignored. */
  now: number;
}

/** A symbol's bars of the test part, and the network's outputs. */
interface Decided extends BacktestRows {
  symbol: string;
  outputs: Float32Array;
}

/**
 * Lets a stored model decide on the bars of its test part, and trades by its decisions as the training did.
 *
 * @throws KtrdrError `invalid_name`, `invalid_request`, `model_not_found`, `model_damaged`, `model_unsupported`, `bars_not_found`,
 * `bars_invalid`, `no_bars_in_range`, `not_enough_bars`, `storage_failed`
 */
export async function decideTestPart(run: DecisionsRun): Promise<ModelDecisions> {
  const model = await new ModelStorage(run.modelsDir).load(run.strategy, run.version);
  const { metadata } = model;
  const { base_timeframe: timeframe, test_part: testPart, symbols: trained } = metadata;
  if (metadata.range === null || testPart === null)
    throw unsupportedModel(model, 'it was stored by an earlier version, which did not record its test rows.');
  const name = metadata.model ?? `${run.strategy}/${run.version}`;
  if (!trained.includes(run.symbol))
    throw new KtrdrError(
      'invalid_request',
      `${name} was not tested on '${run.symbol}' but on ${trained.join(', ')}: ask for one of them.`,
    );
  const strategy = strategyToPredict(model);
  const decides = signalsOf(new Float32Array(0), metadata.classes, strategy.decisions) !== null;
  // trades of several symbols share the capital
  const symbols = decides ? trained : [run.symbol];
  const loaded = await loadBars({ ...strategy, symbols }, run, [], () => Promise.resolve());
  const range = rangeOf(run, model);
  const { traded } = tradedSymbols(loaded.symbols, { range, timeframe }, null);
  const all: Decided[] = [];
  for (const bars of traded) all.push(await decidedOf(bars, { run, model, strategy, range }));
  const own = all.find(({ symbol }) => symbol === run.symbol);
  const bars = own === undefined ? [] : decidedBars(own, model, strategy);
  return {
    model: name,
    symbol: run.symbol,
    timeframe,
    output_type: metadata.output_type,
    classes: metadata.classes,
    test_part: testPart,
    bars_state: run.barsState,
    total_bars: own?.bars.length ?? 0,
    bars,
    trades: decides ? tradesOf(all, model, strategy, run.symbol, bars[0]?.time) : [],
    warnings: warningsOf(run, own),
  };
}

/**
 * The test part, with the bars after its last row, whose labels were not known: the training's backtest trades on them too. If the bars
 * have changed, nobody knows where they ended.
 */
function rangeOf({ barsState }: DecisionsRun, { metadata }: ReadModel): DateRange & { start: number } {
  const { start, end } = metadata.test_part!;
  if (barsState === 'changed') return { start: Date.parse(start), end: Date.parse(end) };
  const requested = parseDateRange(undefined, metadata.range!.end ?? undefined).end;
  return { start: Date.parse(start), ...(requested === undefined ? {} : { end: requested }) };
}

async function decidedOf(
  bars: SymbolBars,
  {
    run,
    model,
    strategy,
    range,
  }: { run: DecisionsRun; model: ReadModel; strategy: Strategy; range: DateRange & { start: number } },
): Promise<Decided> {
  const trainingStart = model.metadata.range!.start;
  const found = backtestRows({ strategy, bars, range, now: run.now, trainingStart });
  const outputs = await inferModel(bytesOf(model, 'model.onnx'), found.input);
  return { ...found, symbol: bars.symbol, outputs };
}

/** The newest bars, each with its decision. */
function decidedBars(
  { bars, rows, outputs }: Decided,
  { metadata }: ReadModel,
  strategy: Strategy,
): DecidedBar[] {
  const width = outputs.length / rows.length;
  const first = Math.max(0, bars.length - MOST_DECIDED_BARS);
  const decided: DecidedBar[] = Array.from({ length: bars.length - first }, (_, index) => ({
    time: formatBarTime(bars.time[first + index]!, metadata.base_timeframe),
    open: bars.open[first + index]!,
    high: bars.high[first + index]!,
    low: bars.low[first + index]!,
    close: bars.close[first + index]!,
    volume: bars.volume[first + index]!,
    decision: null,
    class: null,
    confidence: null,
    value: null,
  }));
  rows.forEach((at, row) => {
    const bar = decided[at - first];
    const values = outputs.subarray(row * width, (row + 1) * width);
    if (bar === undefined || !values.every(Number.isFinite)) return;
    const {
      class: label = null,
      probabilities,
      value = null,
      decision = null,
    } = said(values, metadata, strategy);
    const confidence = label === null ? null : (probabilities?.[label] ?? null);
    Object.assign(bar, { decision, class: label, confidence, value });
  });
  return decided;
}

/** @param from open time of the first bar that is shown */
function tradesOf(
  all: readonly Decided[],
  { metadata }: ReadModel,
  strategy: Strategy,
  symbol: string,
  from: string | undefined,
): Trade[] {
  const signals = all.map((one): SymbolSignals => {
    const decision = new Int8Array(one.bars.length);
    const decided = signalsOf(one.outputs, metadata.classes, backtestDecisions(strategy))!;
    one.rows.forEach((bar, row) => (decision[bar] = decided[row]!));
    return { symbol: one.symbol, bars: one.bars, decision };
  });
  const { trades } = backtest(signals, backtestSettings(strategy), {
    timeframe: metadata.base_timeframe,
    inSample: false,
    seed: metadata.seed,
  });
  const shown = Date.parse(from ?? '');
  return trades.filter((trade) => trade.symbol === symbol && Date.parse(trade.exit_time) >= shown);
}

function warningsOf({ symbol, barsState }: DecisionsRun, own: Decided | undefined): string[] {
  if (own === undefined) return [`${symbol} has no bars in the test part.`];
  const left = own.bars.length - MOST_DECIDED_BARS;
  return [
    ...(barsState === 'changed'
      ? [
          'The bars have changed since the training: decisions and trades may differ from those that the verdict judged.',
        ]
      : []),
    ...(left > 0 ? [`The oldest ${left.toLocaleString('en-US')} bars of the test part are left out.`] : []),
  ];
}
