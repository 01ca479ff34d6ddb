import type { PositionSizing } from '@ktrdr/contracts';
import * as z from 'zod';

import { formatPath } from '../issues.js';
import type { Path } from '../issues.js';
import { LIMITS } from '../limits.js';
import type { DecisionSettings, StrategyBacktestSettings } from '../model.js';
import { describe, real } from '../schema.js';
import { isRecord } from '../section.js';
import type { Reader } from '../section.js';
import { didYouMean } from '../suggest.js';

const COST = real({ min: 0, max: LIMITS.costPerSide });
const SHARE = real({ above: 0, max: 1 });
const DISTANCE = real({ above: 0, below: 1 });
const CAPITAL = real({ above: 0, max: LIMITS.capital });
const VOLATILITY = real({ above: 0, max: LIMITS.annualVolatility });
const THRESHOLD = real({ min: 0, max: 1 });

/** Names of the sizing methods in files of all versions. */
const SIZING_METHODS: ReadonlyMap<string, PositionSizing['type']> = new Map([
  ['all_in', 'all_in'],
  ['fixed_fraction', 'fixed_fraction'],
  ['fixed_fractional', 'fixed_fraction'],
  ['volatility_target', 'volatility_target'],
  ['volatility_based', 'volatility_target'],
]);
const SIZING_NAMES = ['all_in', 'fixed_fraction', 'volatility_target'];

/** The distance of a stop or a target: a number, or the long form. */
const DISTANCES = z.union([
  DISTANCE,
  z.object({
    type: z.literal('percentage').describe('The value is a fraction of the entry price.'),
    value: DISTANCE.describe('Fraction of the entry price: 0.02 = 2 %.'),
  }),
]);

/** Schemas of the three sections, for the description of the grammar. Other programs may have more keys there. */
export const BACKTEST_SECTIONS = {
  backtesting: z.object({
    initial_capital: CAPITAL.optional().describe('Capital at the start, in the currency of the prices.'),
    transaction_costs: COST.optional().describe(
      'Commission of each side, as a fraction of the value: 0.0005 = 5 basis points.',
    ),
    slippage: COST.optional().describe('Slippage of each side, as a fraction of the price.'),
    spread: COST.optional().describe('Ask minus bid, as a fraction of the price. Each side pays half of it.'),
  }),
  risk_management: z.object({
    position_sizing: z.enum(SIZING_NAMES).optional().describe('How large a position is.'),
    position_size: SHARE.optional().describe('fixed_fraction: share of the capital of one position.'),
    risk_per_trade: SHARE.optional().describe(
      'fixed_fraction: share of the capital that a position loses at its stop, instead of position_size.',
    ),
    target_volatility: VOLATILITY.optional().describe(
      'volatility_target: volatility of a year, 0.15 = 15 %.',
    ),
    max_position_size: SHARE.optional().describe('Largest share of the capital in one position.'),
    stop_loss: DISTANCES.optional().describe('Distance of the stop from the entry price.'),
    take_profit: DISTANCES.optional().describe('Distance of the target from the entry price.'),
  }),
  orchestrator: z.object({
    max_position_size: SHARE.optional().describe('Largest share of the capital in one position.'),
    exit_rules: z
      .object({
        stop_loss: DISTANCES.optional().describe('The stop, if risk_management has none.'),
        profit_target: DISTANCES.optional().describe('The target, if risk_management has none.'),
      })
      .optional()
      .describe('Stop and target, if risk_management has none.'),
    modes: z
      .object({
        backtest: z
          .object({
            confidence_threshold: THRESHOLD.optional().describe(
              'Replaces decisions.confidence_threshold in a backtest.',
            ),
          })
          .optional()
          .describe('Settings of backtests.'),
      })
      .optional()
      .describe('Settings of the way a strategy runs. A backtest uses those of backtest.'),
  }),
};

/**
 * Reads what `backtesting`, `risk_management` and `orchestrator` say about a backtest. A number outside its bounds is an
 * error. These sections also hold rules of other programs: one warning per section lists what a backtest does not use.
 */
export function readBacktestSettings(
  reader: Reader,
  decisions: DecisionSettings | null,
): StrategyBacktestSettings {
  const backtesting = new Section(reader, 'backtesting');
  const risk = new Section(reader, 'risk_management');
  const orchestrator = new Section(reader, 'orchestrator');
  const classifies = decisions?.outputFormat === 'classification';
  const stopLoss = readDistance(risk, 'stop_loss') ?? readDistance(orchestrator, 'exit_rules', 'stop_loss');
  const takeProfit =
    readDistance(risk, 'take_profit') ?? readDistance(orchestrator, 'exit_rules', 'profit_target');
  const settings = withoutAbsent({
    capital: backtesting.number(CAPITAL, 'initial_capital'),
    commission_bps: basisPoints(backtesting.number(COST, 'transaction_costs')),
    slippage_bps: basisPoints(backtesting.number(COST, 'slippage')),
    spread_bps: basisPoints(backtesting.number(COST, 'spread')),
    sizing: readSizing(reader, risk, orchestrator, stopLoss),
    stopLoss,
    takeProfit,
    confidenceThreshold: classifies
      ? orchestrator.number(THRESHOLD, 'modes', 'backtest', 'confidence_threshold')
      : undefined,
  });
  for (const section of [backtesting, risk, orchestrator]) section.warnOfUnused();
  return settings;
}

/** A number, or `{type: percentage, value: 0.02}`. Other forms, such as multiples of an ATR, are not used. */
function readDistance(section: Section, ...keys: string[]): number | undefined {
  const written = section.get(...keys);
  if (typeof written === 'number') return section.number(DISTANCE, ...keys);
  if (!isRecord(written) || written['type'] !== 'percentage') return undefined;
  section.use(...keys, 'type');
  return section.number(DISTANCE, ...keys, 'value');
}

function readSizing(
  reader: Reader,
  risk: Section,
  orchestrator: Section,
  stopLoss: number | undefined,
): PositionSizing | undefined {
  const written = risk.get('position_sizing');
  const method = SIZING_METHODS.get(typeof written === 'string' ? written.trim().toLowerCase() : '');
  const path = ['risk_management', 'position_sizing'];
  if (written != null) risk.use('position_sizing');
  if (written != null && method === undefined) {
    const hint = typeof written === 'string' ? didYouMean(written, SIZING_NAMES) : '';
    const known = `a backtest has ${SIZING_NAMES.join(', ')}`;
    reader.warn(path, `is ${describe(written)}, which has no effect: ${known}${hint}`);
  }
  if (method === 'volatility_target') {
    const target = risk.number(VOLATILITY, 'target_volatility');
    if (target !== undefined) return { type: method, annual_volatility: target };
    reader.warn(path, 'has no effect: it needs target_volatility, for example 0.15 for 15 % a year');
  }
  const shares = [share(risk, 'max_position_size'), share(orchestrator, 'max_position_size')];
  const most = Math.min(...shares.filter((value) => value !== undefined), 1);
  if (method === 'fixed_fraction') {
    const fraction = share(risk, 'position_size') ?? fractionAtRisk(risk, stopLoss);
    if (fraction !== undefined) return { type: method, fraction: Math.min(fraction, most) };
    if (most === 1)
      reader.warn(path, 'has no effect: it needs position_size, for example 0.2 for a fifth of the capital');
  }
  if (most < 1) return { type: 'fixed_fraction', fraction: most };
  return method === 'all_in' ? { type: method } : undefined;
}

/** The position that loses `risk_per_trade` of the capital at its stop. Without a stop, it can lose all of its value. */
function fractionAtRisk(risk: Section, stopLoss: number | undefined): number | undefined {
  const atRisk = risk.number(SHARE, 'risk_per_trade');
  return atRisk === undefined ? undefined : Math.min(1, rounded(atRisk / (stopLoss ?? 1)));
}

/** A share of the capital. A larger number is an amount of money or of units, which is not used. */
function share(section: Section, key: string): number | undefined {
  const written = section.get(key);
  return typeof written === 'number' && written > 1 ? undefined : section.number(SHARE, key);
}

/** From a fraction of the value. */
function basisPoints(fraction: number | undefined): number | undefined {
  return fraction === undefined ? undefined : rounded(fraction * 10_000);
}

/** To 12 digits, so that 0.0003 gives 3 basis points, and not 2.9999999999999996. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

type Complete = Required<StrategyBacktestSettings>;

function withoutAbsent(settings: {
  [K in keyof Complete]: Complete[K] | undefined;
}): StrategyBacktestSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** One section, and which of its keys have been used. */
class Section {
  private readonly used = new Set<string>();

  constructor(
    private readonly reader: Reader,
    private readonly name: string,
  ) {}

  get(...keys: string[]): unknown {
    return this.reader.document.get([this.name, ...keys]);
  }

  use(...keys: string[]): void {
    this.used.add(formatPath(keys));
  }

  /** `undefined` for a missing or wrong number, and for a map or a list, which another program reads. */
  number(schema: z.ZodType<number>, ...keys: string[]): number | undefined {
    const value = this.get(...keys);
    if (value == null || typeof value === 'object') return undefined;
    this.use(...keys);
    return this.reader.parse(schema, value, [this.name, ...keys]) ?? undefined;
  }

  warnOfUnused(): void {
    const path: Path = [this.name];
    const section = this.get();
    if (section == null) return;
    if (!isRecord(section)) {
      this.reader.warn(path, `is ${describe(section)}, which has no effect; write a map`);
      return;
    }
    const unused = this.unusedKeys(section, []);
    if (unused.length === 0) return;
    const listed = unused.slice(0, LIMITS.listedKeys).map((key) => key.slice(0, LIMITS.nameLength));
    const more = unused.length - listed.length;
    const rest = more === 0 ? '' : ` and ${more} more`;
    const message = `has keys without effect on a backtest: ${listed.join(', ')}${rest}`;
    this.reader.issues.warn(this.reader.document.keyPlace(path), path, message);
  }

  /** Keys that were not used. If no key of a map was used, the whole map is listed. */
  private unusedKeys(map: Record<string, unknown>, at: Path): string[] {
    return Object.entries(map).flatMap(([key, value]) => {
      const path = [...at, key];
      const text = formatPath(path);
      if (this.used.has(text)) return [];
      const inside = isRecord(value) && [...this.used].some((used) => used.startsWith(`${text}.`));
      return inside ? this.unusedKeys(value, path) : [text];
    });
  }
}
