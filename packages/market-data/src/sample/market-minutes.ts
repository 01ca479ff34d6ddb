import type { MarketDay, MarketTraits } from './market-days.js';
import { RandomStream, type StreamKey } from './random-stream.js';

const { abs, exp, max, min, round, sqrt } = Math;
const MINUTES_OF_DAY = 24 * 60;
/** Length of the longest wick, in standard deviations of the minute. */
const WICK = 0.6;

/** Minute bars of one day, prices in ticks. Entry `i` is minute `session.open + i`. */
export interface MarketMinutes {
  count: number;
  open: Float64Array;
  high: Float64Array;
  low: Float64Array;
  close: Float64Array;
  volume: Float64Array;
}

/**
 * Generates the minutes of a day: a random walk from its open to its close (a Brownian bridge), more volatile at both
 * ends of the session. The returned object is reused for the next day.
 */
export class MinuteGenerator {
  private readonly ticksPerUnit: number;
  private readonly walk = new Float64Array(MINUTES_OF_DAY);
  private readonly minutes: MarketMinutes = {
    count: 0,
    open: new Float64Array(MINUTES_OF_DAY),
    high: new Float64Array(MINUTES_OF_DAY),
    low: new Float64Array(MINUTES_OF_DAY),
    close: new Float64Array(MINUTES_OF_DAY),
    volume: new Float64Array(MINUTES_OF_DAY),
  };

  constructor(
    private readonly traits: MarketTraits,
    private readonly key: StreamKey,
  ) {
    this.ticksPerUnit = 10 ** traits.decimals;
  }

  minutesOf(day: MarketDay): Readonly<MarketMinutes> {
    const count = day.session.close - day.session.open;
    const random = new RandomStream(this.key, day.day);
    const deviation = day.volatility / sqrt(count);
    const walk = this.walk;
    let position = 0;
    for (let minute = 0; minute < count; minute++) {
      position += deviation * liveliness(minute, count) * random.normal();
      walk[minute] = position;
    }
    const missing = day.close - day.open - position;
    let open = this.ticks(day.open);
    for (let minute = 0; minute < count; minute++) {
      const close = this.ticks(day.open + walk[minute]! + (missing * (minute + 1)) / count);
      this.fill(minute, open, close, deviation * liveliness(minute, count), random);
      open = close;
    }
    this.minutes.count = count;
    return this.minutes;
  }

  private fill(minute: number, open: number, close: number, deviation: number, random: RandomStream): void {
    const { open: opens, high, low, close: closes, volume } = this.minutes;
    const wick = WICK * deviation * close;
    const move = abs(close - open) / (deviation * close + 1);
    opens[minute] = open;
    closes[minute] = close;
    high[minute] = max(open, close) + round(wick * random.uniform());
    low[minute] = max(1, min(open, close) - round(wick * random.uniform()));
    volume[minute] = round(this.traits.minuteVolume * (0.4 + random.uniform()) * (0.6 + move));
  }

  /** At least one tick. */
  private ticks(logPrice: number): number {
    return max(1, round(exp(logPrice) * this.ticksPerUnit));
  }
}

/** Standard deviation of a minute relative to the day's average: 1.4 at both ends of the session, 0.8 in its middle. */
function liveliness(minute: number, count: number): number {
  const fromMiddle = (2 * (minute + 0.5)) / count - 1;
  return 0.8 + 0.6 * fromMiddle * fromMiddle;
}
