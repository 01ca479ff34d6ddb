import type { ModelDetails, TrainedBars, TrainedBarsState } from '@ktrdr/contracts';
import type { ComponentChildren } from 'preact';
import { request } from '../../api/client.js';
import { barsAddress } from '../../bars/bars-address.js';
import { Fingerprint } from '../../bars/fingerprint.js';
import { BarTime } from '../../components/bar-time.js';
import { DataTable } from '../../components/data-table.js';
import { Moment } from '../../components/moment.js';
import { ErrorNote } from '../../components/note.js';
import { counted, formatNumber } from '../../format/numbers.js';
import { useResource } from '../../live/use-resource.js';
import { barDay } from '../../models/bar-day.js';
import { originText } from './origin-text.js';
import { strategyAddress } from '../../strategies/strategy-address.js';

const STATES: Readonly<Record<TrainedBarsState, string>> = {
  unchanged: '✓ unchanged',
  changed: '△ changed since the training',
  missing: '✕ the file is missing',
};

/** Everything that made the model: with the same of all of it, the same model comes out. */
export function LineageCard({ model: { summary, metadata, bars } }: { model: ModelDetails }) {
  const day = (time: string) => <BarTime time={barDay(time, summary.timeframe)} />;
  const { value, error } = useResource('bars', (signal) => request('listBars', { signal })).resource.value;
  const rows: readonly (readonly [string, ComponentChildren])[] = [
    [
      'Strategy',
      <>
        <a href={strategyAddress(summary.strategy)}>{summary.strategy}</a>, grammar{' '}
        {metadata.strategy_version}; the text at that time is in <code>strategy.yaml</code>
      </>,
    ],
    [
      'Training',
      <>
        <a href={`/app/operations/${encodeURIComponent(metadata.operation_id)}`}>{metadata.operation_id}</a>,{' '}
        <Moment at={summary.created_at} as="full" />
      </>,
    ],
    ['Seed', <span class="plain-number">{summary.seed}</span>],
    [
      'Network',
      `${summary.model_type} ${metadata.architecture}, ${counted(metadata.parameters_count, 'weight')}, ${counted(metadata.feature_count, 'feature')}`,
    ],
    ['Engine', `${metadata.versions.engine}, on ${metadata.device}`],
    ['Code', `ktrdr ${metadata.versions.ktrdr}, Node ${metadata.versions.node}`],
    [
      'Rows',
      <>
        {day(metadata.start_date)} to {day(metadata.end_date)}
      </>,
    ],
    [
      'Test part',
      metadata.test_part === null ? (
        'not recorded'
      ) : (
        <>
          {day(metadata.test_part.start)} to {day(metadata.test_part.end)},{' '}
          {formatNumber(metadata.test_part.rows)} rows
        </>
      ),
    ],
  ];
  return (
    <section class="card lineage" aria-label="Lineage">
      <h2>Where it comes from</h2>
      <dl>
        {rows.map(([name, content]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{content}</dd>
          </div>
        ))}
      </dl>
      {error !== null && <ErrorNote error={error} />}
      {metadata.synthetic_bars && <p>The bars are synthetic: the model says nothing about a market.</p>}
      <DataTable
        label="Bars of the training"
        columns={[
          {
            title: 'Bars',
            cell: (row: TrainedBars) => (
              <a class="bars-name" href={barsAddress(row)}>{`${row.symbol} ${row.timeframe}`}</a>
            ),
          },
          { title: 'Since then', cell: ({ state }) => <span class={`bars-${state}`}>{STATES[state]}</span> },
          {
            title: 'Origin',
            cell: (row) => {
              if (value === null) return error === null ? '…' : 'not read';
              const file = value.bars.find(
                ({ symbol, timeframe }) => symbol === row.symbol && timeframe === row.timeframe,
              );
              return file === undefined ? '–' : originText(file.origins, summary.created_at);
            },
          },
          { title: 'Fingerprint', cell: ({ sha256 }) => <Fingerprint sha256={sha256} /> },
        ]}
        rows={bars}
      />
    </section>
  );
}
