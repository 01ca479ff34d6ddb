import { extname } from 'node:path';
import {
  TRADES_FORMATS,
  type PositionSizing,
  type StartBacktestRequest,
  type TradesFormat,
} from '@ktrdr/contracts';
import { InvalidArgumentError, Option } from 'commander';
import { number } from './option-values.js';

/** The flag of each field of the request: `commission_bps` is `--commission`. `--help` lists them in this order. */
export const BACKTEST_FLAGS: Readonly<Record<keyof StartBacktestRequest, Option>> = {
  symbols: new Option('--symbol <symbol>', "default: the model's; several as A,B").argParser(list),
  timeframe: new Option('--timeframe <timeframe>', "the model's base timeframe"),
  start_date: new Option(
    '--start-date <date>',
    "first day, YYYY-MM-DD (UTC); default: the model's test part",
  ),
  end_date: new Option('--end-date <date>', 'last day, included; default: the last bar'),
  capital: new Option('--capital <amount>', 'in the currency of the prices').argParser(number),
  commission_bps: new Option('--commission <bps>', 'of each side, in basis points (5 is 0.05 %)').argParser(
    number,
  ),
  slippage_bps: new Option('--slippage <bps>', 'of each side, in basis points').argParser(number),
  spread_bps: new Option('--spread <bps>', 'between ask and bid; each side pays half').argParser(number),
  sizing: new Option(
    '--size <size>',
    'all-in, a share of the capital such as 0.25, or volatility:0.15 for 15 % a year',
  ).argParser(sizing),
  stop_loss: new Option(
    '--stop-loss <share>',
    'distance from the entry price, 0.02 is 2 %; or none',
  ).argParser(shareOrNone),
  take_profit: new Option('--take-profit <share>', 'distance from the entry price, or none').argParser(
    shareOrNone,
  ),
  allow_short: new Option('--allow-short', 'a SELL without a position opens a short position'),
  in_sample: new Option('--in-sample', 'allow bars that the model was trained on; the result is marked'),
};

/** Switches a stop or a target off. Commander would turn a parsed `null` into an empty text. */
const NONE = 'none';

/** The request for the flags in `options`, which Commander has parsed. */
export function backtestRequest(options: object): StartBacktestRequest {
  const values: Record<string, unknown> = { ...options };
  return Object.fromEntries(
    Object.entries(BACKTEST_FLAGS).map(([field, flag]) => {
      const value = values[flag.attributeName()];
      return [field, value === NONE ? null : value];
    }),
  );
}

/** The format of a file of trades, from its name. */
export function tradesFormat(file: string): TradesFormat {
  const format = TRADES_FORMATS.find((known) => extname(file).toLowerCase() === `.${known}`);
  if (format !== undefined) return format;
  throw new InvalidArgumentError(
    `It must end in ${TRADES_FORMATS.map((known) => `.${known}`).join(' or ')}.`,
  );
}

function list(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Write several symbols as A,B.');
  return names;
}

function sizing(text: string): PositionSizing {
  if (text === 'all-in') return { type: 'all_in' };
  const [, volatility, amount = ''] = /^(volatility:)?(.*)$/.exec(text) ?? [];
  const value = Number(amount);
  const share = volatility === undefined;
  if (amount.trim() === '' || !Number.isFinite(value) || value <= 0 || (share && value > 1)) {
    throw new InvalidArgumentError(
      'It must be all-in, a share of the capital above 0 and at most 1 such as 0.25, or volatility:0.15 for 15 % a year.',
    );
  }
  return share
    ? { type: 'fixed_fraction', fraction: value }
    : { type: 'volatility_target', annual_volatility: value };
}

function shareOrNone(text: string): number | typeof NONE {
  return text === NONE ? NONE : number(text);
}
