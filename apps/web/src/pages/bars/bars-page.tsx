import type { BarsDetails, BarsInfo } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { useLocation, useRoute } from 'preact-iso';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { PriceChart } from '../../charts/price-chart.js';
import { BarTime } from '../../components/bar-time.js';
import { ConfirmDialog } from '../../components/confirm-dialog.js';
import { Figures } from '../../components/figures.js';
import { EmptyState, ErrorNote, Loading, Note } from '../../components/note.js';
import { PageHeader } from '../../components/page-header.js';
import { formatBytes, formatNumber } from '../../format/numbers.js';
import { useResource } from '../../live/use-resource.js';
import { ForRole } from '../../shell/for-role.js';
import { ExportDialog } from './export-dialog.js';
import { FindingsList } from './findings-list.js';
import { ModelsList } from './models-list.js';
import { OriginsTable } from './origins-table.js';
import { ResampleDialog } from './resample-dialog.js';
import './bars-page.css';

/** Bars of the chart at most. More are combined. */
const POINTS = 5_000;

/** One file of bars: its chart, what is unusual, where it came from, and which models were trained on it. */
export function BarsPage() {
  const { symbol = '', timeframe = '' } = useRoute().params;
  const bars = useResource(
    `bars ${symbol} ${timeframe}`,
    (signal) => request('showBars', { query: { symbol, timeframe, points: POINTS }, signal }),
    (change) =>
      change.type === 'operation' &&
      change.operation.status === 'completed' &&
      ['import', 'download', 'training'].includes(change.operation.operation_type),
  );
  const { value, error } = bars.resource.value;
  return (
    <>
      <PageHeader
        title={`${symbol} ${timeframe}`}
        actions={value !== null && <BarsActions info={value.info} reload={bars.reload} />}
      />
      {error !== null && <ErrorNote error={error} retry={bars.reload} />}
      {error?.code === 'bars_not_found' && (
        <EmptyState title="These bars are not here">
          <a href="/app/data">Show all bars</a>
        </EmptyState>
      )}
      {value === null ? error === null && <Loading lines={14} label="bars" /> : <Details details={value} />}
    </>
  );
}

function Details({ details: { info, report, chart, models } }: { details: BarsDetails }) {
  return (
    <div class="stack">
      {info.problem !== null && <Note kind="problem">{info.problem}</Note>}
      {info.changed_since && (
        <Note kind="warning">
          The file has changed since ktrdr wrote it. Its origins describe the old file.
        </Note>
      )}
      <section class="card" aria-label="Bars">
        <Figures
          figures={[
            ['Bars', formatNumber(info.rows)],
            ['First', <BarTime time={info.first} />],
            ['Last', <BarTime time={info.last} />],
            ['Size', formatBytes(info.bytes)],
          ]}
        />
      </section>
      <section class="card">
        <h2>Prices</h2>
        <PriceChart label={`${info.symbol} ${info.timeframe}`} bars={chart} />
        {info.rows !== null && info.rows > chart.length && (
          <p class="muted">
            {formatNumber(info.rows)} bars are combined into {formatNumber(chart.length)}.
          </p>
        )}
      </section>
      <section class="card">
        <h2>Check</h2>
        <FindingsList findings={report.findings} />
      </section>
      <div class="grid">
        <section class="card">
          <h2>Origin</h2>
          <OriginsTable info={info} />
        </section>
        <section class="card">
          <h2>Models trained on these bars</h2>
          <ModelsList models={models} info={info} />
        </section>
      </div>
    </div>
  );
}

function BarsActions({ info, reload }: { info: BarsInfo; reload: () => void }) {
  const dialog = useSignal<'export' | 'resample' | 'delete' | null>(null);
  const close = (): void => {
    dialog.value = null;
  };
  const canResample = info.timeframe !== '1w' && info.problem === null;
  return (
    <>
      {info.problem === null && (
        <button type="button" class="button" onClick={() => (dialog.value = 'export')}>
          Export
        </button>
      )}
      <ForRole role="operate">
        {canResample && (
          <button type="button" class="button" onClick={() => (dialog.value = 'resample')}>
            Resample
          </button>
        )}
        <button type="button" class="button button-danger" onClick={() => (dialog.value = 'delete')}>
          Delete
        </button>
        {info.problem === null && (
          <a
            class="button button-main"
            href={`/app/train?symbol=${encodeURIComponent(info.symbol)}&timeframe=${info.timeframe}`}
          >
            Train on these bars
          </a>
        )}
      </ForRole>
      {dialog.value === 'export' && <ExportDialog info={info} onClose={close} />}
      {dialog.value === 'resample' && (
        <ResampleDialog
          info={info}
          onClose={() => {
            close();
            reload();
          }}
        />
      )}
      {dialog.value === 'delete' && <DeleteDialog info={info} onClose={close} />}
    </>
  );
}

function DeleteDialog({ info, onClose }: { info: BarsInfo; onClose: () => void }) {
  const { route } = useLocation();
  const { symbol, timeframe, file, rows } = info;
  const remove = useAction(
    () => request('deleteBars', { query: { symbol, timeframe } }),
    () => route('/app/data', true),
  );
  return (
    <ConfirmDialog title={`Delete ${symbol} ${timeframe}?`} verb="Delete" action={remove} onClose={onClose}>
      <p>
        This deletes {file}
        {rows !== null && ` with ${formatNumber(rows)} bars`}. Models that were trained on it stay.
      </p>
    </ConfirmDialog>
  );
}
