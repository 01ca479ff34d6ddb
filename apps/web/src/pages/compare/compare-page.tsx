import { useMemo } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { IntervalChart } from '../../charts/interval-chart.js';
import { showEqual } from '../../charts/equal-curves.js';
import { LineChart } from '../../charts/line-chart.js';
import { EmptyState, ErrorNote, Loading, Note } from '../../components/note.js';
import { PageHeader } from '../../components/page-header.js';
import { StatusBadge } from '../../components/status-badge.js';
import { VerdictBadge } from '../../components/verdict-badge.js';
import { formatNumber } from '../../format/numbers.js';
import { subjectOf, wordsOf } from '../../operations/operation-words.js';
import { useFilters } from '../../shell/use-filters.js';
import { CurveControls } from '../operation/curve-controls.js';
import { seedsOf, type CurveMetric } from '../operation/curve-data.js';
import { differencesOf, pointsText } from '../operation/verdict-card.js';
import { hasSameTestRows, overlaidCurves, type ComparedSeeds, type Run } from './compare-data.js';
import { ComparedTables } from './compared-tables.js';
import { LEAST_RUNS, MOST_RUNS } from './run-count.js';
import { useRuns, type Comparison } from './use-runs.js';
import './compare.css';

/** Two to ten trainings or models side by side. */
export function ComparePage() {
  const { values, set } = useFilters(['ids', 'models']);
  const ids = listOf(values.ids);
  const models = listOf(values.models);
  const { resource, reload } = useRuns(ids, models);
  const count = ids.length + models.length;
  const { value, error } = resource.value;
  const remove = (run: Run): void =>
    set(
      {
        ids: ids.filter((id) => id !== run.operation.operation_id).join(','),
        models: models.filter((model) => model !== run.operation.result?.artifacts.model).join(','),
      },
      { push: true },
    );
  return (
    <>
      <PageHeader title="Compare" />
      {count < LEAST_RUNS ? (
        <EmptyState title="Choose two to ten trainings">
          <p>
            Select them in the <a href="/app/operations?type=training&status=completed">list of operations</a>
            , then press Compare.
          </p>
        </EmptyState>
      ) : (
        <>
          {error !== null && <ErrorNote error={error} retry={reload} />}
          {value === null && error === null && <Loading label="comparison" lines={12} />}
          {value !== null && <Compared comparison={value} asked={count} remove={remove} />}
        </>
      )}
    </>
  );
}

function listOf(text: string): string[] {
  return [...new Set(text.split(',').map((part) => part.trim()))].filter((part) => part !== '');
}

interface ComparedProps {
  comparison: Comparison;
  asked: number;
  remove: (run: Run) => void;
}

function Compared({ comparison: { runs, models, missing }, asked, remove }: ComparedProps) {
  const warnings = models?.warnings ?? [];
  return (
    <div class="stack">
      {asked > MOST_RUNS && (
        <Note kind="warning">
          {asked} were chosen; the first {MOST_RUNS} are shown.
        </Note>
      )}
      {missing.map((text) => (
        <Note key={text} kind="warning">
          {text}
        </Note>
      ))}
      {warnings.length > 0 && (
        <Note kind="warning">
          <p>
            <strong>Compare each with its own baseline:</strong>
          </p>
          {warnings.map((warning) => (
            <p key={warning}>{warning}</p>
          ))}
        </Note>
      )}
      {models === null && !hasSameTestRows(runs) && (
        <Note kind="warning">
          These were tested on different rows: their test figures cannot be compared. Compare each with its
          own baseline.
        </Note>
      )}
      <RunList runs={runs} remove={remove} />
      <Intervals runs={runs} />
      <Curves runs={runs} />
      <Equity runs={runs} />
      <ComparedTables runs={runs} models={models} />
    </div>
  );
}

function RunList({ runs, remove }: { runs: readonly Run[]; remove: (run: Run) => void }) {
  return (
    <ul class="run-list">
      {runs.map((run) => {
        const { operation, letter, series } = run;
        const label = operation.result?.verdict?.label;
        return (
          <li key={operation.operation_id} class="card run">
            <span class={`run-letter series-${series}`}>{letter}</span>
            <span class="run-name">
              <a href={`/app/operations/${operation.operation_id}`}>{subjectOf(operation)}</a>
              <span class="muted run-id">{operation.result?.artifacts.model ?? operation.operation_id}</span>
            </span>
            {label === undefined ? <StatusBadge status={operation.status} /> : <VerdictBadge label={label} />}
            {runs.length > 2 && (
              <button type="button" class="button" onClick={() => remove(run)}>
                Remove<span class="visually-hidden"> {letter}</span>
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Intervals({ runs }: { runs: readonly Run[] }) {
  const judged = runs.flatMap((run) => {
    const verdict = run.operation.result?.verdict ?? null;
    return verdict === null ? [] : [{ run, verdict }];
  });
  if (judged.length === 0) return null;
  const money = judged.filter(({ verdict }) => verdict.money?.sharpe != null);
  const [first] = judged;
  const isOneMeasure = judged.every(
    ({ verdict }) => verdict.accuracy.measure === first?.verdict.accuracy.measure,
  );
  return (
    <section class="card" aria-labelledby="intervals-title">
      <h2 id="intervals-title">How sure the differences are</h2>
      <div class="grid-wide">
        <IntervalChart
          label="How much better each model is than the best baseline of its own rows"
          valueName="Than its baseline"
          rows={judged.flatMap(({ run, verdict }) => {
            const [difference] = differencesOf(verdict);
            const name = `${run.letter} (${wordsOf(verdict.accuracy.best_baseline)})`;
            return difference === undefined ? [] : [{ ...difference, name, series: run.series }];
          })}
          format={(value) =>
            isOneMeasure && first !== undefined
              ? pointsText(value, first.verdict)
              : formatNumber(100 * value, 1)
          }
          reference={{ at: 0, name: 'equal' }}
        />
        {money.length > 0 && (
          <IntervalChart
            label="Sharpe ratio of each run"
            valueName="Sharpe"
            rows={money.map(({ run, verdict }) => ({
              name: run.letter,
              value: verdict.money?.sharpe ?? null,
              interval: verdict.money?.sharpe_interval ?? null,
              series: run.series,
            }))}
            format={(value) => formatNumber(value, 2)}
            reference={{ at: 0, name: '0' }}
          />
        )}
      </div>
    </section>
  );
}

function Curves({ runs }: { runs: readonly Run[] }) {
  const metric = useSignal<CurveMetric>('loss');
  const smoothing = useSignal(0);
  const isLog = useSignal(false);
  const seeds = useSignal<ComparedSeeds>('best');
  const { x, curves, notes, ranges } = useMemo(() => {
    const overlaid = overlaidCurves(runs, metric.value, smoothing.value, seeds.value);
    return { ...overlaid, ...showEqual(overlaid.curves) };
  }, [runs, metric.value, smoothing.value, seeds.value]);
  const hasSeeds = runs.some(({ points }) => seedsOf(points).length > 1);
  return (
    <section class="card" aria-labelledby="curves-title">
      <h2 id="curves-title">Curves</h2>
      <div class="stack">
        <div class="chart-controls">
          <CurveControls metric={metric} smoothing={smoothing} isLog={isLog} />
          {hasSeeds && (
            <label class="curve-choice">
              Seeds
              <select
                value={seeds.value}
                onChange={(event) => {
                  seeds.value = event.currentTarget.value === 'mean' ? 'mean' : 'best';
                }}
              >
                <option value="best">the best of each</option>
                <option value="mean">mean and range</option>
              </select>
            </label>
          )}
        </div>
        {curves.length === 0 ? (
          <p class="muted chart-empty">No run recorded this metric.</p>
        ) : (
          <LineChart
            label={`${wordsOf(metric.value)} of ${runs.length} runs on the validation part; the table below has their best values`}
            xName="epoch"
            x={x}
            curves={curves}
            ranges={ranges}
            height={320}
            isLog={isLog.value}
          />
        )}
        <EqualCurves notes={notes} />
      </div>
    </section>
  );
}

/** Equity as a share of the capital, each run over its own test part. */
function Equity({ runs }: { runs: readonly Run[] }) {
  const { x, curves, notes } = useMemo(() => {
    const { x: times, curves: own } = equityCurves(runs);
    return { x: times, ...showEqual(own) };
  }, [runs]);
  if (curves.length === 0) return null;
  return (
    <section class="card" aria-labelledby="equity-title">
      <h2 id="equity-title">Equity</h2>
      <LineChart
        label="Net return over time of each run on its own test part; the table below has the totals"
        x={x}
        isTime
        curves={curves}
        height={320}
        formatValue={(value) => `${formatNumber(100 * value, 1)} %`}
      />
      <EqualCurves notes={notes} />
    </section>
  );
}

function EqualCurves({ notes }: { notes: readonly string[] }) {
  return notes.length === 0 ? null : <p class="card-line muted">{notes.join(' ')}</p>;
}

function equityCurves(runs: readonly Run[]) {
  const own = runs.flatMap(({ operation, letter, series }) => {
    const report = operation.result?.backtest ?? null;
    if (report === null) return [];
    const { capital } = report.assumptions;
    const at = new Map(
      report.equity.map(({ time, equity }) => [Date.parse(time) / 1000, equity / capital - 1]),
    );
    return [{ letter, series, at }];
  });
  const x = [...new Set(own.flatMap(({ at }) => [...at.keys()]))].sort((a, b) => a - b);
  return {
    x,
    curves: own.map(({ letter, series, at }) => ({
      name: letter,
      series,
      values: x.map((time) => at.get(time) ?? null),
    })),
  };
}
