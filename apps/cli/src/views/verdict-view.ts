import {
  printable,
  VERDICT_WORDS,
  baselineTitle,
  differenceText,
  type AccuracyComparison,
  type BacktestReport,
  type Distinction,
  type MoneyVerdict,
  type SimplerModelComparison,
  type TradingCosts,
  type Verdict,
  type VerdictLabel,
} from '@ktrdr/contracts';
import type { Style } from '../style.js';
import { counted, orDash, percent, ratio } from './numbers.js';
import { pairs } from './text-table.js';

/**
 * The answer in one sentence and the figures behind it; if `verbose`, also every reason in words.
 *
 * @param backtest of the same rows: names the costs
 */
export function verdictView(
  verdict: Verdict | null,
  backtest: BacktestReport | null,
  verbose: boolean | undefined,
  style: Style,
): string {
  if (verdict === null) return style.yellow('  Not judged: an earlier version trained this model.');
  const [headline = VERDICT_WORDS[verdict.label], ...reasons] = verdict.reasons.map(printable);
  const { accuracy, simpler_model, money } = verdict;
  const figures = pairs(
    [
      [accuracy.measure.replaceAll('_', ' '), accuracyText(accuracy)],
      ['best baseline', `${baselineTitle(accuracy.best_baseline)}, which knows no features`],
      ['the network is', simplerText(simpler_model, accuracy.measure)],
      ...(money === null ? [] : moneyPairs(money, verdict.alpha, backtest)),
      ['judged on', judgedText(verdict)],
    ],
    style,
  );
  const others = verbose ? reasons.map((reason) => `  ${reason}`).join('\n') : '';
  const sections = [`  ${style.bold(labelColour(verdict.label, style)(headline))}`, figures, others];
  return sections.filter((section) => section !== '').join('\n\n');
}

/** `no edge`, for a list. */
export function labelText(label: VerdictLabel | null, style: Style): string {
  return label === null ? '-' : labelColour(label, style)(label.replaceAll('_', ' '));
}

function labelColour(label: VerdictLabel, style: Style): (text: string) => string {
  return label === 'edge' ? style.green : style.yellow;
}

type Measure = AccuracyComparison['measure'];

function accuracyText(accuracy: AccuracyComparison): string {
  const { measure, model, best_baseline, baseline, better, p_value } = accuracy;
  const beside = `${DISTINCTION[better]} ${baselineTitle(best_baseline)}, ${scoreText(baseline, measure)}`;
  return `${scoreText(model, measure)}, ${beside}\n${differenceText(accuracy, measure, baseline)}, p ${ratio(p_value)}`;
}

function simplerText(simpler: SimplerModelComparison, measure: Measure): string {
  const beside = `${DISTINCTION[simpler.better]} ${baselineTitle(simpler.name)}, ${scoreText(simpler.score, measure)}`;
  return `${beside}\n${differenceText(simpler, measure, simpler.score)}`;
}

const DISTINCTION: Record<Distinction, string> = {
  better: 'better than',
  worse: 'worse than',
  not_distinguishable: 'not distinguishable from',
};

function moneyPairs(money: MoneyVerdict, alpha: number, backtest: BacktestReport | null): [string, string][] {
  const { sharpe, sharpe_interval, deflated_sharpe, random_entries_p_value, break_even_cost_bps } = money;
  const interval =
    sharpe_interval === null
      ? ''
      : `, 95 % interval ${ratio(sharpe_interval[0])} to ${ratio(sharpe_interval[1])}`;
  return [
    [
      'net return',
      `${percent(money.net_return)}${backtest === null ? '' : ` after costs of ${sideCost(backtest.assumptions)} bps a side`}, buy and hold ${percent(money.buy_and_hold_return)}`,
    ],
    [
      'Sharpe ratio',
      sharpe === null
        ? ''
        : `${ratio(sharpe)}${interval}, deflated ${orDash(deflated_sharpe, ratio)}\n(more than luck: deflated above ${1 - alpha})`,
    ],
    [
      'random entries',
      random_entries_p_value === null
        ? ''
        : `${percent(random_entries_p_value)} of them earned at least as much\n(more than luck: below ${100 * alpha} %)`,
    ],
    ['break-even cost', break_even_cost_bps === null ? '' : breakEvenText(break_even_cost_bps)],
  ];
}

/** Costs of one entry or exit, in basis points. */
function sideCost({ commission_bps, slippage_bps, spread_bps }: TradingCosts): number {
  return Number((commission_bps + slippage_bps + spread_bps / 2).toPrecision(6));
}

/** `49.3 bps for a trade` */
export function breakEvenText(bps: number): string {
  return bps < 0 ? 'none: the trades lose even without costs' : `${bps.toFixed(1)} bps for a trade`;
}

function judgedText({ rows, trades, seeds, source, money, trials_on_these_bars: trials }: Verdict): string {
  const where = source === 'walk_forward' ? 'the walk-forward folds' : 'the test part';
  const tried = trials === 1 ? 'the first trial on these bars' : `trial ${trials} on these bars`;
  const traded = money === null ? '' : `, ${counted(trades, 'trade')}`;
  return `${counted(rows, 'row')} of ${where}${traded}\n${counted(seeds, 'seed')}, ${tried}`;
}

function scoreText(value: number, measure: Measure): string {
  return measure === 'accuracy' ? percent(value) : value.toPrecision(3);
}
