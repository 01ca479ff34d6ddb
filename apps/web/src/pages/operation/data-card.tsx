import type { DataReport, DataSummary, TargetDistribution } from '@ktrdr/contracts';
import { DataTable } from '../../components/data-table.js';
import { Figures } from '../../components/figures.js';
import { BarDays } from '../../components/bar-time.js';
import { Note } from '../../components/note.js';
import { formatMetric, formatNumber, formatPercent } from '../../format/numbers.js';
import { wordsOf } from '../../operations/operation-words.js';

/** Rows, features and labels of a training, and what is unusual about its bars. */
export function DataCard({ summary }: { summary: DataSummary }) {
  const { label_distribution: labels, target_distribution: targets, data_reports: reports = [] } = summary;
  return (
    <section class="card" id="data" aria-labelledby="data-title">
      <h2 id="data-title">Data</h2>
      <div class="stack">
        {summary.synthetic && (
          <Note kind="warning">These bars are synthetic: the result says nothing about a market.</Note>
        )}
        <Figures
          figures={[
            ['Rows', formatNumber(summary.total_samples)],
            ['Train', formatNumber(summary.train_samples)],
            ['Validation', formatNumber(summary.validation_samples)],
            ['Test', formatNumber(summary.test_samples)],
            ['Purged between the parts', formatNumber(summary.purged_samples)],
            ['Features', formatNumber(summary.feature_count)],
          ]}
        />
        <p class="muted card-line">
          {summary.symbols.join(', ')}, {summary.timeframes.join(', ')},{' '}
          <BarDays first={summary.start_date} last={summary.end_date} /> (UTC)
        </p>
        <div class="grid">
          {labels.length > 0 && <Labels labels={labels} />}
          {targets !== null && targets !== undefined && <Targets targets={targets} />}
        </div>
        {reports.map((report) => (
          <Report key={`${report.symbol} ${report.timeframe}`} report={report} />
        ))}
        <details>
          <summary>{formatNumber(summary.feature_count)} features</summary>
          <p class="feature-list">
            {summary.features.map((feature) => (
              <code key={feature}>{feature}</code>
            ))}
          </p>
        </details>
        <details>
          <summary>Fingerprints of the bars</summary>
          <DataTable
            label="Bars files"
            rows={summary.fingerprints}
            columns={[
              { title: 'Bars', cell: ({ symbol, timeframe }) => barsLink(symbol, timeframe) },
              { title: 'SHA-256', cell: ({ sha256 }) => <code class="hash">{sha256}</code> },
            ]}
          />
        </details>
      </div>
    </section>
  );
}

function barsLink(symbol: string, timeframe: string) {
  return (
    <a href={`/app/data/${encodeURIComponent(symbol)}/${timeframe}`}>
      {symbol} {timeframe}
    </a>
  );
}

function Labels({ labels }: { labels: DataSummary['label_distribution'] }) {
  const total = (part: 'train' | 'validation' | 'test'): number =>
    labels.reduce((sum, label) => sum + label[part], 0);
  const totals = { train: total('train'), validation: total('validation'), test: total('test') };
  const column = (part: keyof typeof totals) => ({
    title: part,
    isNumber: true,
    cell: (label: (typeof labels)[number]) => (
      <>
        {formatNumber(label[part])}{' '}
        <span class="muted">{formatPercent(label[part] / (totals[part] || 1), 0)}</span>
      </>
    ),
  });
  return (
    <div>
      <h3>Labels</h3>
      <DataTable
        label="Distribution of the labels"
        rows={labels}
        columns={[
          { title: 'Label', cell: ({ label }) => label },
          column('train'),
          column('validation'),
          column('test'),
        ]}
      />
    </div>
  );
}

function Targets({ targets }: { targets: readonly TargetDistribution[] }) {
  const column = (title: string, of: (target: TargetDistribution) => number) => ({
    title,
    isNumber: true,
    cell: (target: TargetDistribution) => formatMetric(of(target)),
  });
  return (
    <div>
      <h3>Targets</h3>
      <DataTable
        label="Distribution of the targets"
        rows={targets}
        columns={[
          { title: 'Part', cell: ({ part }) => part },
          { title: 'Rows', isNumber: true, cell: ({ rows }) => formatNumber(rows) },
          column('5 %', ({ q05 }) => q05),
          column('Median', ({ median }) => median),
          column('95 %', ({ q95 }) => q95),
          column('Mean', ({ mean }) => mean),
          column('Deviation', ({ std }) => std),
        ]}
      />
    </div>
  );
}

function Report({ report }: { report: DataReport }) {
  const { symbol, timeframe, findings, bars } = report;
  return (
    <div>
      <h3>
        Bars of {barsLink(symbol, timeframe)} <span class="muted">{formatNumber(bars)} bars</span>
      </h3>
      {findings.length === 0 ? (
        <p class="muted card-line">Nothing unusual.</p>
      ) : (
        <ul class="finding-list">
          {findings.map(({ kind, severity, message }) => (
            <li key={kind} class={`finding finding-${severity}`}>
              <strong>{wordsOf(kind)}</strong> {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
