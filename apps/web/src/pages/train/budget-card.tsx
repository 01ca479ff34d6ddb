import { DEFAULT_TRADING_COSTS, type EstimateTrainingResponse } from '@ktrdr/contracts';
import type { ComponentChildren } from 'preact';
import { request } from '../../api/client.js';
import { Loading, Note } from '../../components/note.js';
import { counted, formatBytes, formatNumber } from '../../format/numbers.js';
import { formatDuration } from '../../format/times.js';
import { useResource } from '../../live/use-resource.js';
import { strategyCosts } from './strategy-costs.js';
import type { StrategyChoice } from './training-form.js';
import type { Estimate } from './use-estimate.js';

const PLACES = {
  local: 'this machine',
  host: 'the training host',
  queue: 'a host of the queue',
} as const satisfies Record<EstimateTrainingResponse['place'], string>;

interface BudgetCardProps {
  estimate: Estimate;
  strategy: StrategyChoice;
  /** A field has to be corrected first. */
  isWaiting: boolean;
}

/** What the training would need, before it is started. */
export function BudgetCard({ estimate: { answer, error, isOld }, strategy, isWaiting }: BudgetCardProps) {
  return (
    <section class="card budget" aria-label="Before it starts" aria-busy={isOld && !isWaiting}>
      <h2>Before it starts</h2>
      {answer !== null ? (
        <Budget answer={answer} />
      ) : isWaiting ? (
        <p class="muted">Correct the marked fields to see what the training needs.</p>
      ) : error !== null ? (
        <p class="muted">The training would be refused. The form says why.</p>
      ) : (
        <Loading lines={8} label="estimate" />
      )}
      <Costs strategy={strategy} />
    </section>
  );
}

function Budget({ answer }: { answer: EstimateTrainingResponse }) {
  const { limits, over } = answer;
  const rows: readonly (readonly [string, ComponentChildren])[] = [
    ['Runs on', `${PLACES[answer.place]}, engine ${answer.engine}`],
    ['Rows', `at most ${formatNumber(answer.rows)}`],
    [
      'Network',
      `${answer.model_type}, ${counted(answer.features, 'feature')}, ${counted(answer.parameters, 'weight')}`,
    ],
    [
      'Epochs',
      answer.passes === answer.epochs
        ? formatNumber(answer.epochs)
        : `${formatNumber(answer.epochs)} for each seed, ${counted(answer.passes, 'pass', 'passes')} in all`,
    ],
    [
      'Time',
      `${aboutTime(answer.estimated_seconds)}${limits.seconds === null ? '' : ` (limit ${formatDuration(limits.seconds * 1_000)})`}`,
    ],
    [
      'Memory',
      `about ${formatBytes(answer.estimated_memory_mb * 1e6)} (limit ${formatBytes(limits.memory_mb * 1e6)})`,
    ],
  ];
  return (
    <>
      <dl class="budget-rows">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {over.length > 0 && (
        <Note kind={answer.place === 'local' ? 'problem' : 'warning'}>
          {answer.place === 'local'
            ? `It needs more ${over.join(' and ')} than this machine allows, and would be refused. Choose fewer symbols, a shorter range, or fewer epochs and seeds.`
            : `It needs more ${over.join(' and ')} than the API's machine allows. A host has its own limits.`}
        </Note>
      )}
      {answer.issues.map(({ line, path, message }) => (
        <Note key={`${line} ${path} ${message}`} kind="warning">
          {line !== null && `Line ${line}: `}
          {path} {message}
        </Note>
      ))}
    </>
  );
}

/** An estimate is not exact to the millisecond. */
function aboutTime(seconds: number): string {
  return seconds < 1 ? 'less than 1 s' : `about ${formatDuration(Math.round(seconds) * 1_000)}`;
}

/** The verdict counts costs, so the form shows them. The strategy file sets them. */
function Costs({ strategy }: { strategy: StrategyChoice }) {
  const key = strategy.kind === 'file' ? `costs ${strategy.name}` : `text ${strategy.text}`;
  const { value } = useResource(key, async (signal) =>
    strategy.kind === 'text'
      ? strategy.text
      : (await request('getStrategy', { params: { name: strategy.name }, signal })).text,
  ).resource.value;
  if (value === null) return null;
  const { commission_bps, slippage_bps, spread_bps } = { ...DEFAULT_TRADING_COSTS, ...strategyCosts(value) };
  const shown = (bps: number): string => formatNumber(bps, Number.isInteger(bps) ? 0 : 2);
  const roundTrip = 2 * (commission_bps + slippage_bps) + spread_bps;
  return (
    <p class="field-hint">
      The verdict counts costs: commission {shown(commission_bps)}, slippage {shown(slippage_bps)} for each
      side, spread {shown(spread_bps)} basis points, {shown(roundTrip)} for a round trip. Set them in{' '}
      <code>backtesting</code> in the strategy file.
    </p>
  );
}
