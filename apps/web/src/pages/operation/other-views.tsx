import type {
  BacktestOperation,
  DownloadOperation,
  DummyOperation,
  ImportOperation,
  StoredBars,
  TypedOperation,
} from '@ktrdr/contracts';
import { DataTable } from '../../components/data-table.js';
import { Figures } from '../../components/figures.js';
import { BarDays } from '../../components/bar-time.js';
import { Note } from '../../components/note.js';
import { formatNumber } from '../../format/numbers.js';
import { modelAddress } from '../../models/model-address.js';
import { MoneyCard } from './money-card.js';

/** The result of an operation that is no training; nothing before it has one. */
export function ResultCard({ operation }: { operation: TypedOperation }) {
  if (operation.result === null) return null;
  switch (operation.operation_type) {
    case 'backtest':
      return <BacktestCard operation={operation} result={operation.result} />;
    case 'import':
      return <ImportCard result={operation.result} />;
    case 'download':
      return <DownloadCard result={operation.result} />;
    case 'dummy':
      return <DummyCard result={operation.result} />;
    default:
      return null;
  }
}

type ResultOf<Operation extends TypedOperation> = NonNullable<Operation['result']>;

function BacktestCard({
  operation,
  result,
}: {
  operation: BacktestOperation;
  result: ResultOf<BacktestOperation>;
}) {
  const { model, untrained_symbols: untrained, report } = result;
  const [strategy = '', version = ''] = model.split('/');
  const trades = `/operations/${operation.operation_id}/trades`;
  return (
    <>
      <div class="result-links">
        <a class="button" href={modelAddress(strategy, version)}>
          Open the model
        </a>
        {report.figures.trades > 0 && (
          <>
            <a class="button" href={`${trades}/csv`} download>
              Trades as CSV
            </a>
            <a class="button" href={`${trades}/json`} download>
              Trades as JSON
            </a>
          </>
        )}
      </div>
      {untrained.length > 0 && (
        <Note kind="warning">The model was not trained on {untrained.join(', ')}.</Note>
      )}
      {result.trials_on_these_bars !== undefined && (
        <section class="card" aria-label="Luck">
          <Figures
            figures={[
              ['Trials on these bars', formatNumber(result.trials_on_these_bars)],
              ['Deflated Sharpe', formatNumber(result.deflated_sharpe, 3)],
            ]}
          />
        </section>
      )}
      <MoneyCard report={report} title="Backtest" />
    </>
  );
}

function ImportCard({ result: { understood, stored } }: { result: ResultOf<ImportOperation> }) {
  return (
    <section class="card" aria-labelledby="result-title">
      <h2 id="result-title">Imported</h2>
      <p class="card-line muted">
        {understood.file}: {understood.format}
        {understood.left_out_rows > 0 && `, ${formatNumber(understood.left_out_rows)} rows left out`}
      </p>
      <Stored stored={stored} />
      <Notes notes={understood.notes} />
    </section>
  );
}

function DownloadCard({ result }: { result: ResultOf<DownloadOperation> }) {
  return (
    <section class="card" aria-labelledby="result-title">
      <h2 id="result-title">Downloaded</h2>
      <p class="card-line muted">
        {formatNumber(result.received)} bars from {result.source} in {formatNumber(result.requests)} requests
      </p>
      <Stored stored={result.stored} />
      <Notes notes={result.notes} />
    </section>
  );
}

function Stored({ stored }: { stored: readonly StoredBars[] }) {
  return (
    <DataTable
      label="Stored bars"
      rows={stored}
      columns={[
        {
          title: 'Bars',
          cell: ({ symbol, timeframe }) => (
            <a href={`/app/data/${encodeURIComponent(symbol)}/${timeframe}`}>
              {symbol} {timeframe}
            </a>
          ),
        },
        { title: 'Added', isNumber: true, cell: ({ added }) => formatNumber(added) },
        { title: 'Replaced', isNumber: true, cell: ({ replaced }) => formatNumber(replaced) },
        { title: 'Unchanged', isNumber: true, cell: ({ unchanged }) => formatNumber(unchanged) },
        { title: 'Now', isNumber: true, cell: ({ rows }) => formatNumber(rows) },
        {
          title: 'Range (UTC)',
          cell: ({ first, last }) => <BarDays first={first} last={last} />,
        },
      ]}
    />
  );
}

function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <ul>
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
}

function DummyCard({ result }: { result: ResultOf<DummyOperation> }) {
  return (
    <section class="card" aria-label="Result">
      <Figures
        figures={[
          ['Iterations', formatNumber(result.iterations_completed)],
          ['Seconds', formatNumber(result.duration_seconds, 1)],
        ]}
      />
    </section>
  );
}
