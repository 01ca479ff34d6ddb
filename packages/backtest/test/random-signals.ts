/** Random bars, decisions and settings for properties. */
import fc from 'fast-check';
import type { BacktestSettings, SymbolSignals } from '../src/settings.js';

const HOUR_MS = 3_600_000;
const HOURS = [1, 1, 1, 1, 2, 17] as const;
const DECISIONS = [0, 1, -1, 0] as const;

/** Number of values of each part of a bar's shape; see {@link shapeOf}. */
const PARTS = [13, 17, 6, 6, HOURS.length, DECISIONS.length] as const;
/** The shape of a bar in one number: one draw for each bar keeps the properties fast, and 0 is the simplest shape. */
const bar = fc.nat(PARTS.reduce((product: number, values) => product * values, 1) - 1);

/** Gap before the bar and moves within it in per cent, hours since the bar before, and the decision at its close. */
function shapeOf(number: number) {
  let rest = number;
  const [gap, move, up, down, hours, decision] = PARTS.map((values) => {
    const value = rest % values;
    rest = Math.floor(rest / values);
    return value;
  }) as [number, number, number, number, number, number];
  /** 0, 1, -1, 2, -2 ... */
  const signed = (value: number): number => (value % 2 === 1 ? (value + 1) / 2 : -value / 2);
  return {
    gap: signed(gap),
    move: signed(move),
    up,
    down,
    hours: HOURS[hours]!,
    decision: DECISIONS[decision]!,
  };
}

function signalsOf(symbol: string, numbers: readonly number[]): SymbolSignals {
  const shapes = numbers.map(shapeOf);
  const column = (): Float64Array => new Float64Array(shapes.length);
  const bars = { time: column(), open: column(), high: column(), low: column(), close: column() };
  let [time, price] = [Date.UTC(2024, 0, 1), 100];
  shapes.forEach(({ gap, move, up, down, hours }, t) => {
    time += hours * HOUR_MS;
    const open = price * (1 + gap / 100);
    const close = open * (1 + move / 100);
    bars.time[t] = time;
    bars.open[t] = open;
    bars.close[t] = close;
    bars.high[t] = Math.max(open, close) * (1 + up / 100);
    bars.low[t] = Math.min(open, close) * (1 - down / 100);
    price = close;
  });
  const decision = Int8Array.from(shapes, (shape) => shape.decision);
  return { symbol, bars: { ...bars, length: shapes.length }, decision };
}

/** One to three symbols. */
export const randomSymbols: fc.Arbitrary<SymbolSignals[]> = fc
  .array(fc.array(bar, { minLength: 1, maxLength: 80, size: 'max' }), { minLength: 1, maxLength: 3 })
  .map((symbols) => symbols.map((numbers, index) => signalsOf(`S${index}`, numbers)));

const sizing: fc.Arbitrary<BacktestSettings['sizing']> = fc.oneof(
  fc.constant({ type: 'all_in' as const }),
  fc.constantFrom(0.1, 0.6, 1).map((fraction) => ({ type: 'fixed_fraction' as const, fraction })),
  fc
    .constantFrom(0.3, 3, 50)
    .map((target) => ({ type: 'volatility_target' as const, annual_volatility: target })),
);

export const randomSettings: fc.Arbitrary<BacktestSettings> = fc.record({
  commission_bps: fc.constantFrom(0, 5, 120),
  slippage_bps: fc.constantFrom(0, 2),
  spread_bps: fc.constantFrom(0, 3),
  capital: fc.constantFrom(1, 10_000),
  sizing,
  allowShort: fc.boolean(),
  positionAwareness: fc.boolean(),
  minSeparation: fc.constantFrom(0, 0, HOUR_MS, 5 * HOUR_MS),
  // no whole per cents: a price exactly at a stop would leave the answer to rounding
  stopLoss: fc.constantFrom(null, null, 0.0211, 0.0513),
  takeProfit: fc.constantFrom(null, null, 0.0217, 0.0719),
});
