import { RandomStream, type StreamKey } from './random-stream.js';
import { type Session, quoteCurrency, sessionOfDay } from './sessions.js';

/** Volatility clusters: log volatility is a first-order autoregression with this coefficient. */
const VOLATILITY_PERSISTENCE = 0.96;
const VOLATILITY_SHOCK = 0.12;
const MOST_LOG_VOLATILITY = 0.8;
/** Share of a day's standard deviation that falls into the session. */
const SESSION_SHARE = 0.8;
/** Pull towards the centre of a range, per day. */
const RANGE_PULL = 0.3;
const JUMP_CHANCE = 0.02;
const JUMP_SIZE = 3;

/** The properties that distinguish one symbol's synthetic market from another's. */
export interface MarketTraits {
  isCurrency: boolean;
  /** Decimal places of a price. */
  decimals: number;
  /** Log of the price that the market returns to over decades. */
  anchor: number;
  /** Distance from the anchor (log price) at which trends turn back. */
  width: number;
  /** Typical standard deviation of a day's log return. */
  dailyVolatility: number;
  /** Overnight gap as a share of the day's standard deviation. */
  gapShare: number;
  /** Typical volume per minute. */
  minuteVolume: number;
}

/** One trading day before its minutes are generated. Prices are logs. */
export interface MarketDay {
  /** Days since 1970-01-01. */
  day: number;
  session: Session;
  open: number;
  close: number;
  /** Standard deviation of the log return during the session. */
  volatility: number;
}

interface Regime {
  daysLeft: number;
  /** Log return per day; 0 in a range regime. */
  drift: number;
  /** Centre of a range regime (log price); `undefined` in a trend. */
  centre: number | undefined;
}

/** Draws the properties of a symbol's market. The same key gives the same market. */
export function drawTraits(symbol: string, key: StreamKey): MarketTraits {
  const random = new RandomStream(key, -1);
  const quote = quoteCurrency(symbol);
  if (quote === undefined) {
    return {
      isCurrency: false,
      decimals: 2,
      anchor: Math.log(25) + random.uniform() * Math.log(12),
      width: 1,
      dailyVolatility: random.between(0.016, 0.022),
      gapShare: 0.45,
      minuteVolume: Math.round(random.between(20_000, 120_000)),
    };
  }
  const isYen = quote === 'JPY';
  return {
    isCurrency: true,
    decimals: isYen ? 3 : 5,
    anchor: Math.log(isYen ? random.between(90, 160) : random.between(0.7, 1.5)),
    width: 0.25,
    dailyVolatility: random.between(0.0045, 0.007),
    gapShare: 0.15,
    minuteVolume: Math.round(random.between(8, 30)),
  };
}

/**
 * The trading days of a synthetic market since 1970: trend and range regimes, clustered volatility, and gaps overnight
 * and over weekends. The series always starts at the first day, so that every date range shows the same market.
 */
export function* marketDays(traits: MarketTraits, key: StreamKey): Generator<MarketDay, never> {
  const random = new RandomStream(key, -2);
  let price = traits.anchor;
  let logVolatility = 0;
  let regime = nextRegime(traits, price, random);
  let lastDay = 0;
  for (let day = 0; ; day++) {
    const session = sessionOfDay(day, traits.isCurrency);
    if (session === undefined) continue;
    if (regime.daysLeft-- === 0) regime = nextRegime(traits, price, random);
    logVolatility = VOLATILITY_PERSISTENCE * logVolatility + VOLATILITY_SHOCK * random.normal();
    logVolatility = Math.max(-MOST_LOG_VOLATILITY, Math.min(MOST_LOG_VOLATILITY, logVolatility));
    const deviation = traits.dailyVolatility * Math.exp(logVolatility);
    const open = price + gap(traits, deviation, day - lastDay, random);
    const pull = regime.centre === undefined ? regime.drift : RANGE_PULL * (regime.centre - open);
    const volatility = SESSION_SHARE * deviation;
    price = open + pull + volatility * random.normal();
    lastDay = day;
    yield { day, session, open, close: price, volatility };
  }
}

/** A market that trades around the clock has no gap. */
function gap(traits: MarketTraits, deviation: number, nights: number, random: RandomStream): number {
  const size = traits.gapShare * deviation * random.normal();
  const jump = random.uniform() < JUMP_CHANCE ? JUMP_SIZE : 1;
  if (traits.isCurrency) return nights > 1 ? size : 0;
  return size * jump;
}

function nextRegime(traits: MarketTraits, price: number, random: RandomStream): Regime {
  const isRange = random.uniform() < 0.45;
  const strayed = (price - traits.anchor) / traits.width;
  const up = random.uniform() < Math.max(0.05, Math.min(0.95, 0.5 - strayed / 2));
  const strength = random.between(0.2, 0.6) * traits.dailyVolatility;
  const daysLeft = random.integer(4, 20);
  if (isRange) return { daysLeft, drift: 0, centre: price };
  return { daysLeft, drift: up ? strength : -strength, centre: undefined };
}
