import type { ModelDecisions, ModelDetails } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { request } from '../../api/client.js';
import { PriceChart } from '../../charts/price-chart.js';
import { ChoiceSelect } from '../../components/choice-select.js';
import { Field } from '../../components/field.js';
import { ErrorNote, Loading, Note } from '../../components/note.js';
import { counted, formatNumber, formatPercent } from '../../format/numbers.js';
import { useResource } from '../../live/use-resource.js';
import { tradeMarkers, tradeTotals } from './decision-markers.js';
import { TradesTable } from './trades-table.js';

/** The model's decisions and trades over its test part, on the chart of the prices. */
export function DecisionsCard({ model: { summary } }: { model: ModelDetails }) {
  const { strategy, version, symbols } = summary;
  const symbol = useSignal(symbols[0] ?? '');
  const { resource, reload } = useResource(`decisions ${summary.model} ${symbol.value}`, (signal) =>
    request('getModelDecisions', {
      params: { strategy, version },
      query: { symbol: symbol.peek() },
      signal,
    }),
  );
  const { value, error } = resource.value;
  const current = value?.symbol === symbol.value ? value : null;
  return (
    <section class="card decisions" aria-label="Decisions and trades">
      <div class="decisions-head">
        <h2>Decisions and trades over the test part</h2>
        {symbols.length > 1 && (
          <Field label="Symbol">
            {(attributes) => (
              <ChoiceSelect
                attributes={attributes}
                value={symbol.value}
                choices={symbols.map((one) => [one, one] as const)}
                onChoose={(chosen) => (symbol.value = chosen)}
              />
            )}
          </Field>
        )}
      </div>
      {error !== null && <ErrorNote error={error} retry={reload} />}
      {current === null ? (
        error === null && (
          <div class="decisions-loading">
            <Loading lines={10} label="decisions" />
          </div>
        )
      ) : (
        <Decisions decisions={current} />
      )}
    </section>
  );
}

function Decisions({ decisions }: { decisions: ModelDecisions }) {
  const { bars, trades, symbol, timeframe, total_bars, bars_state, warnings } = decisions;
  const shown = useSignal<{ time: string } | null>(null);
  const made = useMemo(() => bars.map(({ decision }) => decision), [bars]);
  const markers = useMemo(() => tradeMarkers(trades), [trades]);
  const areDecisions = made.some((decision) => decision !== null);
  const { count, gains, profit } = tradeTotals(trades);
  return (
    <>
      {bars_state === 'changed' && (
        <Note kind="warning">
          The bars have changed since the training. These decisions are on the current bars; the verdict is
          about the earlier bars.
        </Note>
      )}
      {warnings.map((warning) => (
        <Note key={warning} kind="warning">
          {warning}
        </Note>
      ))}
      {bars.length > 0 && !areDecisions && (
        <p>The classes of this model ({decisions.classes.join(', ')}) are not trading decisions.</p>
      )}
      {total_bars > bars.length && (
        <p class="muted">
          The newest {formatNumber(bars.length)} of {formatNumber(total_bars)} bars, and the trades within
          them.
        </p>
      )}
      {bars.length > 0 && (
        <PriceChart
          label={`${symbol} ${timeframe}`}
          bars={bars}
          markers={markers}
          decisions={areDecisions ? made : undefined}
          shown={shown.value}
        />
      )}
      {areDecisions && (
        <>
          <p>
            {count === 0
              ? 'There were no trades.'
              : `${counted(count, 'trade')}, ${formatPercent(gains / count, 0)} with a profit; total ${formatNumber(profit, 2)} in the currency of the prices, after costs.`}
          </p>
          {count > 0 && (
            <TradesTable trades={trades} timeframe={timeframe} onShow={(time) => (shown.value = { time })} />
          )}
        </>
      )}
    </>
  );
}
