import type {
  BacktestAssumptions,
  BacktestFigures,
  BacktestReport,
  Drawdown,
  LuckFigures,
} from '@ktrdr/contracts';
import { equityChart } from './equity-chart.js';
import { horizontalBars } from './horizontal-bars.js';
import { escapeHtml, figure, percent, table } from './html.js';
import { luckHistogram } from './luck-histogram.js';

/** What the decisions earned: equity, figures beside the benchmarks, luck, years and symbols. */
export function backtestView(report: BacktestReport): string {
  const { assumptions, figures, luck, equity, by_year: years, by_symbol: symbols } = report;
  const period = `${report.start.slice(0, 10)} to ${report.end.slice(0, 10)}, ${report.bars.toLocaleString('en-US')} bars of ${report.timeframe}`;
  const inSample = report.in_sample
    ? '<p class="alerts">In-sample: the model was trained on some of these bars. The figures say nothing about the future.</p>'
    : '';
  const warnings = report.warnings.map((warning) => `<p>${escapeHtml(warning)}</p>`).join('');
  return (
    `${inSample}<p>${escapeHtml(`${period}; ${assumptionsText(assumptions)}`)}</p>${warnings}` +
    (equity.length === 0 ? '' : `<div class="scroll">${equityChart(equity, assumptions.capital)}</div>`) +
    table(
      ['', 'net return', 'Sharpe', 'maximum drawdown', 'trades'],
      [
        [
          'model',
          percent(figures.net_return),
          ratio(figures.sharpe),
          percent(figures.max_drawdown.depth),
          String(figures.trades),
        ],
        ...report.benchmarks.map(({ name, net_return, sharpe, max_drawdown, trades }) => [
          name.replaceAll('_', ' '),
          percent(net_return),
          ratio(sharpe),
          percent(max_drawdown),
          String(trades),
        ]),
      ],
    ) +
    `<h3>Luck</h3>${luckText(luck, figures)}` +
    (luck.random_entries === null ? '' : `<div class="scroll">${luckHistogram(luck.random_entries)}</div>`) +
    `<h3>By year</h3><div class="scroll">${horizontalBars(
      'Net return by year',
      years.map(({ year, net_return: value }) => ({ name: String(year), value })),
      percent,
    )}</div>` +
    (symbols.length < 2
      ? ''
      : `<h3>By symbol</h3>${table(
          ['symbol', 'trades', 'profit', 'costs', 'hit rate'],
          symbols.map((one) => [
            one.symbol,
            String(one.trades),
            figure(one.profit),
            figure(one.costs),
            share(one.hit_rate),
          ]),
        )}`) +
    `<h3>Figures</h3>${table(['', ''], figureRows(figures))}`
  );
}

/** `all in; 5 bps commission, 2 bps slippage and 2 bps spread; no short positions`. Costs are for each side. */
export function assumptionsText(assumptions: BacktestAssumptions): string {
  const { sizing, commission_bps, slippage_bps, spread_bps, stop_loss, take_profit } = assumptions;
  const size =
    sizing.type === 'all_in'
      ? 'all in'
      : sizing.type === 'fixed_fraction'
        ? `${percent(sizing.fraction)} of the capital in each position`
        : `positions of ${percent(sizing.annual_volatility)} volatility a year`;
  return [
    `capital ${figure(assumptions.capital)}, ${size}`,
    `costs for each side: ${commission_bps} bps commission, ${slippage_bps} bps slippage, half of ${spread_bps} bps spread`,
    assumptions.allow_short ? 'short positions allowed' : 'no short positions',
    ...(stop_loss === null ? [] : [`stop at ${percent(stop_loss)}`]),
    ...(take_profit === null ? [] : [`target at ${percent(take_profit)}`]),
    `yearly figures: ${Math.round(assumptions.bars_per_year).toLocaleString('en-US')} bars a year`,
  ].join('; ');
}

function luckText(
  { random_entries: random, sharpe_interval: sharpe, break_even_cost_bps: cost }: LuckFigures,
  { trades }: BacktestFigures,
): string {
  const sentences = [
    ...(random === null
      ? ['There were no trades.']
      : [
          `${percent(random.p_value)} of ${random.draws.toLocaleString('en-US')} draws earned at least as much with ${trades} positions of the same directions and lengths at random times.`,
        ]),
    ...(sharpe === null
      ? []
      : [`The 95 % interval of the Sharpe ratio is ${sharpe[0].toFixed(2)} to ${sharpe[1].toFixed(2)}.`]),
    ...(cost === null
      ? []
      : [
          cost > 0
            ? `Nothing is earned when a trade costs more than ${figure(cost)} bps.`
            : 'The trades lose even without costs.',
        ]),
  ];
  return `<p>${escapeHtml(sentences.join(' '))}</p>`;
}

function figureRows(figures: BacktestFigures): [name: string, value: string][] {
  return [
    ['net return', percent(figures.net_return)],
    ['gross return', percent(figures.gross_return)],
    ['return a year', share(figures.cagr)],
    ['volatility a year', percent(figures.volatility)],
    ['Sharpe ratio', ratio(figures.sharpe)],
    ['Sortino ratio', ratio(figures.sortino)],
    ['Calmar ratio', ratio(figures.calmar)],
    ['maximum drawdown', drawdownText(figures.max_drawdown)],
    ['trades', String(figures.trades)],
    ['profit factor', ratio(figures.profit_factor)],
    ['hit rate', share(figures.hit_rate)],
    ['mean return of a trade', share(figures.expectancy)],
    ['exposure', percent(figures.exposure)],
    ['turnover a year', figure(figures.turnover)],
    ['costs paid', figure(figures.costs_paid)],
  ];
}

function drawdownText({ depth, from, recovered, bars }: Drawdown): string {
  if (from === null) return percent(depth);
  const end = recovered === null ? 'not recovered' : `recovered ${recovered.slice(0, 10)}`;
  return `${percent(depth)} from ${from.slice(0, 10)}, ${bars} bars, ${end}`;
}

function share(value: number | null): string {
  return value === null ? '-' : percent(value);
}

function ratio(value: number | null): string {
  return value === null ? '-' : value.toFixed(2);
}
