import type { ComponentChildren } from 'preact';
import type { Verdict } from '@ktrdr/contracts';
import { baselineTitle } from '@ktrdr/contracts';
import { IntervalChart, type IntervalRow } from '../../charts/interval-chart.js';
import { Figures } from '../../components/figures.js';
import { VerdictBadge } from '../../components/verdict-badge.js';
import { formatNumber, formatPercent } from '../../format/numbers.js';
import { headlineOf } from '../../operations/verdict-headline.js';
import { wordsOf } from '../../operations/operation-words.js';

/** The answer first: is there an edge, why, and how sure is that. */
export function VerdictCard({ verdict, action }: { verdict: Verdict; action?: ComponentChildren }) {
  const reasons = verdict.reasons.slice(1);
  const { money, power } = verdict;
  return (
    <section
      class={`card verdict-card verdict-card-${verdict.label}`}
      id="verdict"
      aria-labelledby="verdict-title"
    >
      <h2 id="verdict-title" class="visually-hidden">
        Verdict
      </h2>
      <div class="verdict-head">
        <VerdictBadge label={verdict.label} />
        <p class="verdict-headline">{headlineOf(verdict)}</p>
        {action}
      </div>
      <ul class="verdict-reasons">
        {reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      <div class="grid-wide">
        <IntervalChart
          label="How much better the model is"
          valueName="Difference"
          rows={differencesOf(verdict)}
          format={(value) => pointsText(value, verdict)}
          reference={{ at: 0, name: 'equal' }}
        />
        {money !== null && money.sharpe !== null && (
          <IntervalChart
            label="Sharpe ratio of the decisions"
            valueName="Sharpe"
            rows={[{ name: 'after costs', value: money.sharpe, interval: money.sharpe_interval, series: 3 }]}
            format={(value) => formatNumber(value, 2)}
            reference={{ at: 0, name: '0' }}
          />
        )}
      </div>
      <Figures
        figures={[
          ['Rows judged', needText(verdict.rows, power.rows_needed)],
          ...(money === null ? [] : [['Trades', needText(verdict.trades, power.trades_needed)] as const]),
          ['p-value', pText(verdict.accuracy.p_value)],
          ...(money === null || money.random_entries_p_value === null
            ? []
            : [['Random entries that earned as much', pText(money.random_entries_p_value)] as const]),
          ...(money?.deflated_sharpe == null
            ? []
            : [['Deflated Sharpe', formatNumber(money.deflated_sharpe, 3)] as const]),
          ['Trials on these bars', formatNumber(verdict.trials_on_these_bars)],
          ['Judged on', verdict.source === 'walk_forward' ? 'walk-forward folds' : 'the test part'],
        ]}
      />
    </section>
  );
}

/** The model beside the best baseline and the linear model. Differences of errors are shares of the other's error. */
export function differencesOf(verdict: Verdict): IntervalRow[] {
  const { accuracy, simpler_model: simpler } = verdict;
  const unit = (other: number): number => (accuracy.measure === 'accuracy' ? 1 : other || 1);
  const scaled = ({ difference, interval }: typeof simpler | typeof accuracy, other: number) => ({
    value: difference / unit(other),
    interval: [interval[0] / unit(other), interval[1] / unit(other)] as const,
  });
  return [
    {
      name: `beside ${baselineTitle(accuracy.best_baseline)}`,
      ...scaled(accuracy, accuracy.baseline),
      series: 1,
    },
    { name: `beside ${wordsOf(simpler.name)}`, ...scaled(simpler, simpler.score), series: 2 },
  ];
}

/** `0.7 points`: percentage points of an accuracy, or percent of an error. */
export function pointsText(value: number, { accuracy }: Pick<Verdict, 'accuracy'>): string {
  const shown = formatNumber(100 * value, 1);
  return accuracy.measure === 'accuracy' ? `${shown} pt` : `${shown} %`;
}

function needText(has: number, needed: number | null): string {
  if (needed === null) return formatNumber(has);
  return has < needed
    ? `${formatNumber(has)} of ${formatNumber(needed)} needed`
    : `${formatNumber(has)} (${formatNumber(needed)} needed)`;
}

function pText(value: number): string {
  return value < 0.001 ? '< 0.1 %' : formatPercent(value, value < 0.1 ? 1 : 0);
}
