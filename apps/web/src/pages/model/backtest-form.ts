import type { PositionSizing, StartBacktestRequest } from '@ktrdr/contracts';

/** Fields as they are typed. Empty ones have the value of the strategy file, or its default. */
export interface BacktestForm {
  symbols: readonly string[];
  start_date: string;
  end_date: string;
  commission_bps: string;
  slippage_bps: string;
  spread_bps: string;
  capital: string;
  sizing: '' | PositionSizing['type'];
  /** Share of the capital, or volatility of a year, in percent. */
  sizing_percent: string;
  stop_loss_percent: string;
  take_profit_percent: string;
  allow_short: '' | 'yes' | 'no';
  in_sample: boolean;
}

export const EMPTY_BACKTEST: BacktestForm = {
  symbols: [],
  start_date: '',
  end_date: '',
  commission_bps: '',
  slippage_bps: '',
  spread_bps: '',
  capital: '',
  sizing: '',
  sizing_percent: '',
  stop_loss_percent: '',
  take_profit_percent: '',
  allow_short: '',
  in_sample: false,
};

export const BACKTEST_NUMBERS = [
  'commission_bps',
  'slippage_bps',
  'spread_bps',
  'capital',
  'sizing_percent',
  'stop_loss_percent',
  'take_profit_percent',
] as const satisfies readonly (keyof BacktestForm)[];

/** What is wrong with a number; `null`: nothing. The API knows the bounds. */
export function numberProblem(text: string): string | null {
  return text.trim() === '' || Number.isFinite(Number(text)) ? null : 'Write a number, such as 2.5.';
}

/** The request that a form stands for. */
export function backtestRequest(form: BacktestForm): StartBacktestRequest {
  const number = (text: string): number | undefined => (text.trim() === '' ? undefined : Number(text));
  // 2.5 / 100 is exact enough for a person, and 0.07 / 100 is written without a tail
  const share = (text: string): number | undefined => {
    const percent = number(text);
    return percent === undefined ? undefined : Number((percent / 100).toPrecision(12));
  };
  const request: StartBacktestRequest = {
    symbols: form.symbols.length === 0 ? undefined : [...form.symbols],
    start_date: form.start_date || undefined,
    end_date: form.end_date || undefined,
    commission_bps: number(form.commission_bps),
    slippage_bps: number(form.slippage_bps),
    spread_bps: number(form.spread_bps),
    capital: number(form.capital),
    sizing: sizingOf(form.sizing, share(form.sizing_percent)),
    allow_short: form.allow_short === '' ? undefined : form.allow_short === 'yes',
    stop_loss: share(form.stop_loss_percent),
    take_profit: share(form.take_profit_percent),
    in_sample: form.in_sample || undefined,
  };
  return Object.fromEntries(
    Object.entries(request).filter(([, value]) => value !== undefined),
  ) as StartBacktestRequest;
}

function sizingOf(type: BacktestForm['sizing'], share: number | undefined): PositionSizing | undefined {
  switch (type) {
    case 'all_in':
      return { type };
    case 'fixed_fraction':
      return { type, fraction: share ?? 1 };
    case 'volatility_target':
      return { type, annual_volatility: share ?? 0.15 };
    default:
      return undefined;
  }
}
