import type { BacktestReport } from '@ktrdr/contracts';
import { HistogramChart } from '../../charts/histogram-chart.js';
import { LineChart } from '../../charts/line-chart.js';
import { DataTable } from '../../components/data-table.js';
import { Figures } from '../../components/figures.js';
import { Note } from '../../components/note.js';
import { formatNumber, formatPercent, formatSignedPercent } from '../../format/numbers.js';
import { wordsOf } from '../../operations/operation-words.js';

const signed = (value: number): string => formatSignedPercent(value);

/** What the decisions earned, beside buy-and-hold and luck. */
export function MoneyCard({
  report,
  title = 'What its decisions earned',
}: {
  report: BacktestReport;
  title?: string;
}) {
  const { figures, luck, assumptions } = report;
  const x = report.equity.map(({ time }) => Date.parse(time) / 1000);
  const hold = report.equity.map(({ buy_and_hold }) => buy_and_hold ?? null);
  const holdReturn = report.benchmarks.find(({ name }) => name === 'buy_and_hold')?.net_return ?? null;
  const costs = assumptions.commission_bps + assumptions.slippage_bps + assumptions.spread_bps / 2;
  return (
    <section class="card" id="money" aria-labelledby="money-title">
      <h2 id="money-title">{title}</h2>
      <div class="stack">
        {report.in_sample && (
          <Note kind="warning">
            The range includes bars that the model was trained or selected on. These figures say nothing about
            the future.
          </Note>
        )}
        {report.warnings.map((warning) => (
          <Note key={warning} kind="warning">
            {warning}
          </Note>
        ))}
        <Figures
          figures={[
            ['Net return', formatSignedPercent(figures.net_return)],
            ['Buy and hold', formatSignedPercent(holdReturn)],
            ['Sharpe', formatNumber(figures.sharpe, 2)],
            ['Max drawdown', formatPercent(figures.max_drawdown.depth)],
            ['Trades', formatNumber(figures.trades)],
            ['Hit rate', formatPercent(figures.hit_rate)],
            ['Exposure', formatPercent(figures.exposure)],
            ['Costs paid', formatNumber(figures.costs_paid)],
          ]}
        />
        <p class="muted card-line">
          {report.symbols.join(', ')} {report.timeframe}, {formatNumber(report.bars)} bars, capital{' '}
          {formatNumber(assumptions.capital)}, {formatNumber(costs, 1)} basis points a side,{' '}
          {assumptions.allow_short ? 'long and short' : 'long only'}, {wordsOf(assumptions.sizing.type)}.
        </p>
        {figures.trades === 0 && (
          <Note kind="info">
            There were no trades: the model never opened a position. A lower confidence_threshold in the
            strategy gives more decisions.
          </Note>
        )}
        {x.length > 1 && (
          <div>
            <LineChart
              label={`Equity: net return ${formatSignedPercent(figures.net_return)}, buy and hold ${formatSignedPercent(holdReturn)}`}
              x={x}
              isTime
              curves={[
                { name: 'model', values: report.equity.map(({ equity }) => equity), series: 1 },
                { name: 'buy and hold', values: hold, series: 5, isDashed: true },
              ].filter(({ values }) => values.some((value) => value !== null))}
              height={280}
              formatValue={(value) => formatNumber(value)}
            />
            <LineChart
              label={`Drawdown: at most ${formatPercent(figures.max_drawdown.depth)}`}
              x={x}
              isTime
              curves={[
                { name: 'drawdown', values: report.equity.map(({ drawdown }) => -drawdown), series: 6 },
              ]}
              height={140}
              formatValue={(value) => formatPercent(value)}
            />
          </div>
        )}
        {luck.random_entries !== null && (
          <div>
            <h3>Compared with random entries</h3>
            <p class="card-line">
              {formatPercent(luck.random_entries.p_value)} of {formatNumber(luck.random_entries.draws)} draws
              with the same number and length of positions at random times earned as much or more.
            </p>
            <HistogramChart
              label={`Net returns of ${formatNumber(luck.random_entries.draws)} random draws; the model's ${formatSignedPercent(luck.random_entries.model_return)} is beaten by ${formatPercent(luck.random_entries.p_value)} of them`}
              edges={luck.random_entries.histogram.edges}
              shares={luck.random_entries.histogram.shares}
              format={signed}
              mark={{
                at: luck.random_entries.model_return,
                name: `model ${signed(luck.random_entries.model_return)}`,
              }}
            />
          </div>
        )}
        <div class="grid">
          <Benchmarks report={report} />
          <Years report={report} />
          {report.by_symbol.length > 1 && <Symbols report={report} />}
        </div>
      </div>
    </section>
  );
}

function Benchmarks({ report: { benchmarks, figures } }: { report: BacktestReport }) {
  const own = { ...figures, name: 'this model', max_drawdown: figures.max_drawdown.depth };
  return (
    <DataTable
      label="Simple rules on the same bars"
      rows={[own, ...benchmarks]}
      columns={[
        { title: 'Rule', cell: ({ name }) => wordsOf(name) },
        { title: 'Return', isNumber: true, cell: ({ net_return }) => formatSignedPercent(net_return) },
        { title: 'Sharpe', isNumber: true, cell: ({ sharpe }) => formatNumber(sharpe, 2) },
        { title: 'Drawdown', isNumber: true, cell: ({ max_drawdown }) => formatPercent(max_drawdown) },
        { title: 'Trades', isNumber: true, cell: ({ trades }) => formatNumber(trades) },
      ]}
    />
  );
}

function Years({ report: { by_year } }: { report: BacktestReport }) {
  return (
    <DataTable
      label="By year"
      rows={by_year}
      columns={[
        { title: 'Year', cell: ({ year }) => year },
        { title: 'Return', isNumber: true, cell: ({ net_return }) => formatSignedPercent(net_return) },
        { title: 'Drawdown', isNumber: true, cell: ({ max_drawdown }) => formatPercent(max_drawdown) },
        { title: 'Trades', isNumber: true, cell: ({ trades }) => formatNumber(trades) },
      ]}
    />
  );
}

function Symbols({ report: { by_symbol } }: { report: BacktestReport }) {
  return (
    <DataTable
      label="By symbol"
      rows={by_symbol}
      columns={[
        { title: 'Symbol', cell: ({ symbol }) => symbol },
        { title: 'Profit', isNumber: true, cell: ({ profit }) => formatNumber(profit) },
        { title: 'Costs', isNumber: true, cell: ({ costs }) => formatNumber(costs) },
        { title: 'Trades', isNumber: true, cell: ({ trades }) => formatNumber(trades) },
        { title: 'Hit rate', isNumber: true, cell: ({ hit_rate }) => formatPercent(hit_rate) },
      ]}
    />
  );
}
