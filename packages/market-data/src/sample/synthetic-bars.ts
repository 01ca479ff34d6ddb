import { TIMEFRAME_MS, type Timeframe } from '@ktrdr/contracts';
import { DAY_MS } from '../timestamp.js';
import type { Bar } from './bar.js';
import { type MarketDay, drawTraits, marketDays } from './market-days.js';
import { type MarketMinutes, MinuteGenerator } from './market-minutes.js';
import { streamKey } from './random-stream.js';
import { mondayOf, quoteCurrency, sessionOfDay } from './sessions.js';

const { floor, max, min } = Math;
const MINUTE_MS = 60_000;
const MINUTES_OF_DAY = 24 * 60;

/** A range of bars of one synthetic market. */
export interface SyntheticBarsRequest {
  symbol: string;
  timeframe: Timeframe;
  /** First and last open time, ms UTC, both included. */
  start: number;
  end: number;
  seed: number;
}

/**
 * Synthetic bars, one batch per calendar day (often empty for weekly bars). The market of a symbol and seed is one
 * fixed series of minutes. Every timeframe is built from these minutes, and a longer range contains the bars of a
 * shorter one.
 */
export function* syntheticBars(request: SyntheticBarsRequest): Generator<Bar[], void> {
  const { symbol, timeframe, start, end, seed } = request;
  const key = streamKey(`synthetic bars\n${symbol}\n${seed}`);
  const traits = drawTraits(symbol, key);
  const minutes = new MinuteGenerator(traits, key);
  const { firstDay, lastDay } = daysOf(request);
  const collector = new BarCollector(timeframe, 10 ** traits.decimals);
  for (const day of marketDays(traits, key)) {
    if (day.day < firstDay) continue;
    if (day.day > lastDay) break;
    yield collector.add(day, minutes.minutesOf(day)).filter(({ time }) => time >= start && time <= end);
  }
  yield collector.finish().filter(({ time }) => time >= start && time <= end);
}

/**
 * Number of bars that `syntheticBars` would yield, without generating them. May be too high by up to two days of bars.
 */
export function countSyntheticBars(request: SyntheticBarsRequest): number {
  const { symbol, timeframe } = request;
  const isCurrency = quoteCurrency(symbol) !== undefined;
  const { firstDay, lastDay } = daysOf(request);
  let count = 0;
  let lastBar = -1;
  for (let day = firstDay; day <= lastDay; day++) {
    const session = sessionOfDay(day, isCurrency);
    if (session === undefined) continue;
    const first = barTime(day, session.open, timeframe);
    const last = barTime(day, session.close - 1, timeframe);
    if (last === lastBar) continue;
    count += (last - first) / TIMEFRAME_MS[timeframe] + 1;
    lastBar = last;
  }
  return count;
}

/** Days since 1970-01-01 that the bars are built from: whole weeks for weekly bars. */
function daysOf({ timeframe, start, end }: SyntheticBarsRequest): { firstDay: number; lastDay: number } {
  const firstDay = floor(start / DAY_MS);
  const lastDay = floor(end / DAY_MS);
  return { firstDay, lastDay: timeframe === '1w' ? mondayOf(lastDay) + 6 : lastDay };
}

/** Open time of the bar that contains a minute: a multiple of the timeframe; weeks start on Monday. */
function barTime(day: number, minute: number, timeframe: Timeframe): number {
  if (timeframe === '1w') return mondayOf(day) * DAY_MS;
  const time = day * DAY_MS + minute * MINUTE_MS;
  return time - (time % TIMEFRAME_MS[timeframe]);
}

/** Merges minutes into bars. */
class BarCollector {
  /** Prices in ticks. */
  private current: Bar | undefined;

  constructor(
    private readonly timeframe: Timeframe,
    private readonly ticksPerUnit: number,
  ) {}

  /** Adds the minutes of one day. Returns the bars that are complete. */
  add({ day, session }: MarketDay, minutes: Readonly<MarketMinutes>): Bar[] {
    const ended: Bar[] = [];
    const barMinutes = min(TIMEFRAME_MS[this.timeframe] / MINUTE_MS, MINUTES_OF_DAY);
    for (let from = session.open; from < session.close;) {
      const to = min(session.close, from - (from % barMinutes) + barMinutes);
      const time = barTime(day, from, this.timeframe);
      if (this.current?.time !== time) ended.push(...this.finish());
      this.extend(time, minutes, from - session.open, to - session.open);
      from = to;
    }
    return ended;
  }

  /** Adds minutes `[from, to)` to the bar that opens at `time`. */
  private extend(time: number, minutes: Readonly<MarketMinutes>, from: number, to: number): void {
    const current = this.current;
    let high = current?.high ?? 0;
    let low = current?.low ?? Infinity;
    let volume = current?.volume ?? 0;
    for (let minute = from; minute < to; minute++) {
      high = max(high, minutes.high[minute]!);
      low = min(low, minutes.low[minute]!);
      volume += minutes.volume[minute]!;
    }
    const open = current?.open ?? minutes.open[from]!;
    this.current = { time, open, high, low, close: minutes.close[to - 1]!, volume };
  }

  /** Returns the last bar, if there is one. */
  finish(): Bar[] {
    if (this.current === undefined) return [];
    const { time, open, high, low, close, volume } = this.current;
    const unit = this.ticksPerUnit;
    this.current = undefined;
    return [{ time, open: open / unit, high: high / unit, low: low / unit, close: close / unit, volume }];
  }
}
