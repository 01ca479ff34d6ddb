import type { ParameterValue } from '../model.js';
import { atr } from './atr.js';
import { bollingerBands } from './bollinger-bands.js';
import { ema } from './ema.js';
import type { IndicatorType } from './indicator.js';
import { macd } from './macd.js';
import { rsi } from './rsi.js';
import { sma } from './sma.js';

/** Every indicator there is: a new one is a file beside this one and a line here. */
export const INDICATOR_TYPES: readonly IndicatorType[] = [atr, bollingerBands, ema, macd, rsi, sma];

interface NamedType {
  type: IndicatorType;
  /** Parameters that the name itself fixes: `volume_sma` is an sma of the volume. */
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

/** Finds a type by any spelling: case, `_`, `-`, spaces and a final `indicator` do not count. */
export function findIndicatorType(name: string): NamedType | null {
  const plain = name.toLowerCase().replace(/[_\-\s]/g, '');
  return BY_NAME.get(plain) ?? BY_NAME.get(plain.replace(/indicator$/, '')) ?? null;
}

/** The type of a checked strategy's indicator. */
export function indicatorType(type: string): IndicatorType {
  const found = BY_NAME.get(type);
  if (found === undefined) throw new Error(`no indicator type ${type}`);
  return found.type;
}
