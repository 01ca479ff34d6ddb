import type { ParameterValue } from '../model.js';
import { adLine } from './ad-line.js';
import { adx } from './adx.js';
import { aroon } from './aroon.js';
import { atr } from './atr.js';
import { bollingerBandWidth } from './bollinger-band-width.js';
import { bollingerBands } from './bollinger-bands.js';
import { cci } from './cci.js';
import { cmf } from './cmf.js';
import { distanceFromMa } from './distance-from-ma.js';
import { donchianChannels } from './donchian-channels.js';
import { ema } from './ema.js';
import { fisherTransform } from './fisher-transform.js';
import { ichimoku } from './ichimoku.js';
import type { IndicatorType } from './indicator.js';
import { keltnerChannels } from './keltner-channels.js';
import { macd } from './macd.js';
import { mfi } from './mfi.js';
import { momentum } from './momentum.js';
import { obv } from './obv.js';
import { parabolicSar } from './parabolic-sar.js';
import { roc } from './roc.js';
import { rsi } from './rsi.js';
import { rvi } from './rvi.js';
import { sma } from './sma.js';
import { squeezeIntensity } from './squeeze-intensity.js';
import { stochastic } from './stochastic.js';
import { supertrend } from './supertrend.js';
import { volumeRatio } from './volume-ratio.js';
import { vwap } from './vwap.js';
import { williamsR } from './williams-r.js';
import { wma } from './wma.js';
import { zigzag } from './zigzag.js';

/** All indicators in alphabetical order. A new indicator is a file in this folder and a line here. */
export const INDICATOR_TYPES: readonly IndicatorType[] = [
  adLine,
  adx,
  aroon,
  atr,
  bollingerBands,
  bollingerBandWidth,
  cci,
  cmf,
  distanceFromMa,
  donchianChannels,
  ema,
  fisherTransform,
  ichimoku,
  keltnerChannels,
  macd,
  mfi,
  momentum,
  obv,
  parabolicSar,
  roc,
  rsi,
  rvi,
  sma,
  squeezeIntensity,
  stochastic,
  supertrend,
  volumeRatio,
  vwap,
  williamsR,
  wma,
  zigzag,
];

/** The indicators that strategies may use: their values do not depend on later bars. */
export const FEATURE_INDICATOR_TYPES: readonly IndicatorType[] = INDICATOR_TYPES.filter(
  ({ lookAhead }) => lookAhead === undefined,
);
interface NamedType {
  type: IndicatorType;
  /** Parameters fixed by the name: `volume_sma` is an sma of the volume. */
  parameters: Readonly<Record<string, ParameterValue>>;
}

const BY_NAME: ReadonlyMap<string, NamedType> = new Map(
  INDICATOR_TYPES.flatMap((type): [string, NamedType][] => [
    [type.type, { type, parameters: {} }],
    ...Object.entries(type.aliases).map(([alias, parameters]): [string, NamedType] => [
      alias,
      { type, parameters },
    ]),
  ]),
);

/** Finds a type by any spelling. Case, `_`, `-`, spaces and a final `indicator` are ignored. */
export function findIndicatorType(name: string): NamedType | null {
  const plain = name.toLowerCase().replace(/[_\-\s]/g, '');
  return BY_NAME.get(plain) ?? BY_NAME.get(plain.replace(/indicator$/, '')) ?? null;
}

/** The type of an indicator in a checked strategy. */
export function indicatorType(type: string): IndicatorType {
  const found = BY_NAME.get(type);
  if (found === undefined) throw new Error(`unknown indicator type ${type}`);
  return found.type;
}
