/**
 * Backtests of bars in memory, on one core: fills (`simulate`), reports with all figures, benchmarks and 10,000 draws of random
 * entries, a stored model from the file of bars to the file of trades, and the memory of a process with ten million bars. For
 * comparison: vectorbt and backtesting.py on the same bars and decisions, alternating with ours. They need a Python with both packages:
 * `BACKTEST_PYTHON=/path/to/python`, or `python3`. Times are processor time unless the table
 * says otherwise, because other work on the machine changes processor time little.
 * Arguments: `--no-peers`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  backtest,
  DEFAULT_SETTINGS,
  simulate,
  type BacktestSettings,
  type SymbolSignals,
} from '@ktrdr/backtest';
import { Peer } from './peer.js';
import { median, report, type ReportRow } from './report.js';

const ROUNDS = 7;
const MINUTE_MS = 60_000;
const MEGABYTE = 1e6;
/** Bars of the runs beside the peers; backtesting.py takes seconds for 100,000. */
const PEER_BARS = { vectorbt: 1_000_000, backtesting: 50_000 };
const PEER_SECONDS = 1;
const COMMISSION_BPS = 1;

/** A random walk of one-minute bars, and BUY and SELL once in `between` bars each; the same in every run. */
function randomWalk(length: number, between: number): SymbolSignals {
  const column = (): Float64Array => new Float64Array(length);
  const bars = { time: column(), open: column(), high: column(), low: column(), close: column(), length };
  const decision = new Int8Array(length);
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  let price = 100;
  for (let t = 0; t < length; t += 1) {
    bars.time[t] = Date.UTC(2000, 0, 1) + t * MINUTE_MS;
    bars.open[t] = price;
    price *= Math.exp((random() - 0.5) * 0.002);
    bars.close[t] = price;
    bars.high[t] = Math.max(bars.open[t]!, price) * (1 + random() * 0.0005);
    bars.low[t] = Math.min(bars.open[t]!, price) * (1 - random() * 0.0005);
    const drawn = random() * between;
    decision[t] = drawn < 1 ? 1 : drawn < 2 ? -1 : 0;
  }
  return { symbol: 'BENCH', bars, decision };
}

const FILLS: BacktestSettings = {
  ...DEFAULT_SETTINGS,
  commission_bps: COMMISSION_BPS,
  slippage_bps: 0,
  spread_bps: 0,
};
const OPTIONS = { timeframe: '1m', inSample: false, seed: 1 } as const;

/** Processor time of this process so far, ms. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Best and median processor time of `work` over the rounds, ms. */
function measure(work: () => void): { best: number; middle: number } {
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    globalThis.gc?.();
    const start = processorTime();
    work();
    took.push(processorTime() - start);
  }
  return { best: Math.min(...took), middle: median(took) };
}

interface Mark {
  what: string;
  bars: number;
  trades: number;
  best: number;
  middle: number;
  mark: string;
  reached: boolean | null;
}

function row({ what, bars, trades, best, middle, mark, reached }: Mark): ReportRow {
  return {
    what,
    bars,
    trades,
    'ms, best': best,
    'ms, median': middle,
    'million bars/s, best': bars / best / 1000,
    mark,
    reached,
  };
}

function fills(what: string, symbols: readonly SymbolSignals[], settings: BacktestSettings): ReportRow {
  let trades = 0;
  const took = measure(() => (trades = simulate(symbols, settings).trades.length));
  const bars = symbols.reduce((sum, symbol) => sum + symbol.bars.length, 0);
  const reached = bars / took.best / 1000 >= 10;
  return row({ what: `fills: ${what}`, bars, trades, ...took, mark: '10 million bars/s', reached });
}

function whole(what: string, symbols: readonly SymbolSignals[], most: number): ReportRow {
  let trades = 0;
  const took = measure(() => (trades = backtest(symbols, FILLS, OPTIONS).trades.length));
  const bars = symbols.reduce((sum, symbol) => sum + symbol.bars.length, 0);
  return row({ what, bars, trades, ...took, mark: `${most} ms`, reached: took.best <= most });
}

/** Largest memory of this process after a report on ten million bars. Runs first, while the process holds nothing else. */
function memory(): ReportRow {
  const symbols = [randomWalk(10_000_000, 5000)];
  const start = processorTime();
  const { trades } = backtest(symbols, FILLS, OPTIONS);
  const took = processorTime() - start;
  const megabytes = (process.resourceUsage().maxRSS * 1024) / MEGABYTE;
  return row({
    what: `report, ${Math.round(megabytes)} MB with its bars`,
    bars: 10_000_000,
    trades: trades.length,
    best: took,
    middle: took,
    mark: '1000 MB',
    reached: megabytes < 1000,
  });
}

/**
 * A stored model with ten indicators on 100,000 bars, as `ktrdr models backtest` computes it: from the file of bars to the file of trades,
 * in a separate process. The start of the process does not count. The bars are parsed, or come from the cache that the training of
 * the model has filled.
 */
async function endToEnd(): Promise<ReportRow[]> {
  const root = await mkdtemp(join(tmpdir(), 'ktrdr-bench-'));
  try {
    const { bars } = randomWalk(100_000, 1000);
    // imported here, because the trainer's libraries are no part of the memory above
    const { storeModel } = await import('./backtest/stored-model.js');
    const run = {
      ...(await storeModel(root, bars)),
      symbols: null,
      timeframe: null,
      startDate: new Date(bars.time[0]!).toISOString(),
      endDate: null,
      settings: {},
      inSample: true,
      now: Date.now(),
    };
    const cached = { ...run, stateDir: join(root, 'state') };
    await once(cached, root);
    const parsing: Once[] = [];
    const reading: Once[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      parsing.push(await once(run, root));
      reading.push(await once(cached, root));
    }
    return [
      ...stepRows('ten indicators, file to file, bars parsed', parsing),
      ...stepRows('ten indicators, file to file, cached bars', reading),
    ];
  } finally {
    await rm(root, { recursive: true });
  }
}

async function once(run: object, root: string): Promise<Once> {
  const outputDir = await mkdtemp(join(root, 'trades'));
  const program = join(import.meta.dirname, 'backtest/one-backtest-process.js');
  const args = [program, JSON.stringify(run), outputDir];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Once;
}

/** The elapsed time, which has the target, and processor times of all threads: their sum can exceed the elapsed time. */
function stepRows(what: string, rounds: readonly Once[]): ReportRow[] {
  const [{ bars, trades, steps }] = [rounds[0]!];
  const timed = (name: string, time: (one: Once) => number, most: number | null): ReportRow => {
    const took = rounds.map(time);
    const [best, middle] = [Math.min(...took), median(took)];
    const mark = most === null ? '' : `${most} ms`;
    return row({
      what: name,
      bars,
      trades,
      best,
      middle,
      mark,
      reached: most === null ? null : best <= most,
    });
  };
  return [
    timed(`${what}: elapsed time`, (one) => one.elapsed, 500),
    timed('  processor time', (one) => total(Object.values(one.steps)), null),
    ...Object.keys(steps).map((step) => timed(`  ${step}`, (one) => one.steps[step]!, null)),
  ];
}

/** What `one-backtest-process` prints: times in ms, of the processor for each step. */
interface Once {
  bars: number;
  trades: number;
  elapsed: number;
  steps: Record<string, number>;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** The same bars and decisions, alternating between a Python program and ours. */
async function beside(peer: Peer, program: keyof typeof PEER_BARS, folder: string): Promise<ReportRow> {
  const length = PEER_BARS[program];
  const symbol = randomWalk(length, 100);
  const { open, high, low, close } = symbol.bars;
  const file = join(folder, `${program}.bin`);
  const columns = [open, high, low, close, symbol.decision];
  await writeFile(file, Buffer.concat(columns.map((column) => Buffer.from(column.buffer))));
  const ratios: number[] = [];
  const speeds: number[] = [];
  let ours = { best: 0, middle: 0 };
  for (let turn = 0; turn < 3; turn += 1) {
    ours = measure(() => simulate([symbol], FILLS));
    const request = { program, file, bars: length, fees: COMMISSION_BPS / 10_000 };
    const theirs = await peer.speed(request, PEER_SECONDS);
    speeds.push(theirs / 1e6);
    ratios.push((length * 1000) / ours.middle / theirs);
  }
  const { trades } = simulate([symbol], FILLS);
  const what = `beside ${program}: ${median(speeds).toPrecision(3)} million bars/s, ours is ${median(ratios).toPrecision(3)} times that`;
  return row({ what, bars: length, trades: trades.length, ...ours, mark: '', reached: null });
}

const rows = [memory()];
globalThis.gc?.();
const seldom = randomWalk(2_000_000, 1000);
const often = randomWalk(2_000_000, 10);
const protectedFills = { ...FILLS, allowShort: true, stopLoss: 0.01, takeProfit: 0.02 };
rows.push(
  fills('a decision in 500 bars', [seldom], FILLS),
  fills('a decision in 5 bars', [often], FILLS),
  fills('a decision in 5 bars, short positions, stop and target', [often], protectedFills),
  fills(
    'three symbols',
    [seldom, often, seldom].map((one, s) => ({ ...one, symbol: `S${s}` })),
    FILLS,
  ),
  whole('report with 10,000 draws of random entries', [randomWalk(5000, 100)], 1000),
  whole('report with 10,000 draws of random entries', [randomWalk(100_000, 1000)], 500),
  ...(await endToEnd()),
);
if (!process.argv.includes('--no-peers')) {
  const peer = await Peer.start('backtest_peers.py', 'vectorbt, backtesting', process.env.BACKTEST_PYTHON);
  if (peer === null) {
    console.log(
      'vectorbt and backtesting.py are not measured: no Python has both. pip install vectorbt==1.2.* backtesting==0.6.* in a virtual environment, then BACKTEST_PYTHON=<its python> npm run bench -- backtest',
    );
  } else {
    const folder = await mkdtemp(join(tmpdir(), 'ktrdr-bench-'));
    rows.push(await beside(peer, 'vectorbt', folder), await beside(peer, 'backtesting', folder));
    await peer.end();
    await rm(folder, { recursive: true });
  }
}
await report('backtest', rows);
