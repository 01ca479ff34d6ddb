import {
  printable,
  VERDICT_ALPHA,
  type BacktestAssumptions,
  type BacktestFigures,
  type BacktestReport,
  type BacktestResult,
  type BenchmarkResult,
  type Drawdown,
  type PositionSizing,
} from '@ktrdr/contracts';
import type { Style } from '../style.js';
import { count, counted, moment, orDash, percent, period, ratio } from './numbers.js';
import { equityChart } from './outcome-charts.js';
import type { Terminal } from './terminal.js';
import { pairs, textTable } from './text-table.js';
import { breakEvenText } from './verdict-view.js';
import { warningsView } from './warnings-view.js';

/** A backtest: its assumptions and warnings, its result beside those of simple rules, luck, and each year and symbol. Each part says if it is in-sample. */
export function backtestView(result: BacktestResult, terminal: Terminal): string {
  const { style } = terminal;
  const { untrained_symbols, report } = result;
  const sections = [
    assumptionsText(report, untrained_symbols, style),
    warningsView(report.warnings, style),
    ...[
      benchmarksTable(report, terminal),
      equityChart(report, terminal),
      figuresView(report.figures, style),
      luckView(result, style),
      yearsTable(report, style),
      symbolsTable(report, terminal),
    ].map((figures) =>
      report.in_sample && figures !== '' ? `  ${style.red('in-sample')}\n${figures}` : figures,
    ),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

/** One paragraph. It begins with what makes the figures worthless, if anything does. */
function assumptionsText(report: BacktestReport, untrained: string[], style: Style): string {
  const { symbols, timeframe, start, end, bars, assumptions, in_sample } = report;
  const marks = [
    ...(in_sample ? [style.red('IN-SAMPLE: the model was trained on bars of this range.')] : []),
    ...(untrained.length > 0 ? [style.yellow(`NOT TRAINED ON ${printable(untrained.join(', '))}.`)] : []),
  ];
  const range = `${printable(`${symbols.join(', ')} ${timeframe}`)}, ${period(start, end)}, ${counted(bars, 'bar')}.`;
  return `  ${[...marks, style.bold(range), costsText(assumptions), tradingText(assumptions)].join(' ')}`;
}

function costsText({ commission_bps, slippage_bps, spread_bps }: BacktestAssumptions): string {
  return `Costs of each side: commission ${commission_bps} bps, slippage ${slippage_bps} bps, half of a spread of ${spread_bps} bps.`;
}

function tradingText(assumptions: BacktestAssumptions): string {
  const { capital, sizing, allow_short, stop_loss, take_profit, bars_per_year } = assumptions;
  const rules = [
    `capital ${count(capital)}`,
    sizingText(sizing),
    allow_short ? 'long and short' : 'long only',
    ...(stop_loss === null ? [] : [`stop at ${percent(stop_loss)}`]),
    ...(take_profit === null ? [] : [`target at ${percent(take_profit)}`]),
  ].join(', ');
  return `${rules.charAt(0).toUpperCase()}${rules.slice(1)}. Yearly figures: ${count(Math.round(bars_per_year))} bars a year.`;
}

function sizingText(sizing: PositionSizing): string {
  switch (sizing.type) {
    case 'all_in':
      return 'all in';
    case 'fixed_fraction':
      return `${percent(sizing.fraction)} of the capital in each position`;
    case 'volatility_target':
      return `positions with a volatility of ${percent(sizing.annual_volatility)} a year`;
  }
}

function benchmarksTable(
  { figures, benchmarks }: BacktestReport,
  { columns, style }: Pick<Terminal, 'columns' | 'style'>,
): string {
  const model = {
    name: 'the model',
    net_return: figures.net_return,
    sharpe: figures.sharpe,
    max_drawdown: figures.max_drawdown.depth,
    trades: figures.trades,
  };
  const row = ({
    name,
    net_return,
    sharpe,
    max_drawdown,
    trades,
  }: Omit<BenchmarkResult, 'name'> & { name: string }) => [
    name.replaceAll('_', ' '),
    percent(net_return),
    orDash(sharpe, ratio),
    percent(max_drawdown),
    count(trades),
  ];
  const heads = ['net return', 'Sharpe ratio', 'max drawdown'];
  return textTable(
    [
      { head: '' },
      ...heads.map((head) => ({ head, align: 'right' as const })),
      { head: 'trades', align: 'right', drop: 1 },
    ],
    [row(model).map((cell) => style.bold(cell)), ...benchmarks.map(row)],
    style,
    columns,
  );
}

function figuresView(figures: BacktestFigures, style: Style): string {
  return pairs(
    [
      ['gross return', `${percent(figures.gross_return)}, costs ${count(Math.round(figures.costs_paid))}`],
      ['return a year', orDash(figures.cagr, percent)],
      ['volatility a year', percent(figures.volatility)],
      ['Sortino, Calmar ratio', `${orDash(figures.sortino, ratio)}, ${orDash(figures.calmar, ratio)}`],
      ['maximum drawdown', drawdownText(figures.max_drawdown)],
      ['profit factor', orDash(figures.profit_factor, ratio)],
      [
        'winning trades',
        figures.hit_rate === null
          ? null
          : `${percent(figures.hit_rate)}, mean return of a trade ${orDash(figures.expectancy, exactPercent)}`,
      ],
      [
        'exposure',
        `${percent(figures.exposure)} of the bars, turnover ${ratio(figures.turnover)} times a year`,
      ],
    ],
    style,
  );
}

function drawdownText({ depth, from, bottom, recovered, bars }: Drawdown): string {
  if (from === null || bottom === null) return percent(depth);
  const end = recovered === null ? 'not recovered' : `recovered ${moment(recovered)}`;
  return `${percent(depth)}, ${moment(from)} to ${moment(bottom)}, ${end}, ${counted(bars, 'bar')}`;
}

/** Is it more than luck? */
function luckView(result: BacktestResult, style: Style): string {
  const { random_entries, sharpe_interval, break_even_cost_bps } = result.report.luck;
  return pairs(
    [
      [
        'random entries',
        random_entries === null
          ? null
          : `${percent(random_entries.p_value)} of ${count(random_entries.draws)} draws earned at least as much`,
      ],
      [
        'Sharpe ratio',
        sharpe_interval === null
          ? null
          : `${ratio(sharpe_interval[0])} to ${ratio(sharpe_interval[1])} (95 % interval)`,
      ],
      ['deflated Sharpe ratio', deflatedText(result)],
      ['break-even cost', break_even_cost_bps === null ? null : breakEvenText(break_even_cost_bps)],
    ],
    style,
  );
}

/** A backtest of an earlier version was not judged among the trials, and one without trades or in-sample has no ratio. */
function deflatedText({ deflated_sharpe, trials_on_these_bars: trials }: BacktestResult): string | null {
  if (deflated_sharpe === undefined || deflated_sharpe === null || trials === undefined) return null;
  const tried = trials === 1 ? 'the first trial on these bars' : `${count(trials)} trials on these bars`;
  return `${ratio(deflated_sharpe)}, ${tried} (more than luck: above ${1 - VERDICT_ALPHA})`;
}

function yearsTable({ by_year }: BacktestReport, style: Style): string {
  const heads = ['net return', 'max drawdown', 'trades'];
  return textTable(
    [{ head: 'year' }, ...heads.map((head) => ({ head, align: 'right' as const }))],
    by_year.map(({ year, net_return, max_drawdown, trades }) => [
      String(year),
      percent(net_return),
      percent(max_drawdown),
      count(trades),
    ]),
    style,
  );
}

function symbolsTable(
  { by_symbol }: BacktestReport,
  { columns, style }: Pick<Terminal, 'columns' | 'style'>,
): string {
  if (by_symbol.length < 2) return '';
  const heads = ['profit', 'costs', 'winning trades', 'trades'];
  return textTable(
    [{ head: 'symbol', least: 10 }, ...heads.map((head) => ({ head, align: 'right' as const }))],
    by_symbol.map(({ symbol, profit, costs, hit_rate, trades }) => [
      printable(symbol),
      count(Math.round(profit)),
      count(Math.round(costs)),
      orDash(hit_rate, percent),
      count(trades),
    ]),
    style,
    columns,
  );
}

function exactPercent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
