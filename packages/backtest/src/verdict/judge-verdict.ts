import {
  type AccuracyComparison,
  type MoneyVerdict,
  type Verdict,
  VERDICT_ALPHA,
  type VerdictLabel,
} from '@ktrdr/contracts';
import { deflatedSharpe, type Trials } from '../luck/deflated-sharpe.js';
import { type Findings, reasonsOf } from './reasons.js';
import { leastRows } from './verdict-power.js';

/** What was measured on rows that the model has not seen. A verdict is evidence too, so it can be judged again with more trials. */
export type VerdictEvidence = Omit<
  Verdict,
  'label' | 'alpha' | 'trials_on_these_bars' | 'money' | 'reasons'
> & { money: Omit<MoneyVerdict, 'deflated_sharpe'> | null };

/**
 * The answer. An edge needs both: more accurate than the best uninformed baseline, and money that luck does not explain, which means
 * that random entries and the deflated Sharpe ratio say so. Whether the network beats a simpler model makes no edge.
 *
 * Without an edge, the answer is `too_little_data` if there are too few rows or trades to find one of the stated size. Trades do not
 * count where they cannot help: the model makes no trades, or its labels are not decisions. A model that is worse than a baseline has no
 * edge, unless there are so few rows that no edge of that size could be found in them.
 *
 * @param trials different trainings and backtests judged on the same bars, this one included, and the variance of their Sharpe ratios
 */
export function judgeVerdict(evidence: VerdictEvidence, trials: Trials): Verdict {
  const { source, rows, trades, seeds, accuracy, simpler_model, power } = evidence;
  const money = evidence.money === null ? null : deflate(evidence.money, trials);
  const findings: Findings = {
    accurate: accuracy.better === 'better' && accuracy.p_value < VERDICT_ALPHA,
    earned: money === null ? null : isMoreThanLuck(money),
    enoughRows: power.rows_needed !== null && rows >= power.rows_needed,
    enoughTrades: money === null || trades === 0 || trades >= (power.trades_needed ?? Infinity),
  };
  const measured = {
    label: labelOf(findings, accuracy, rows),
    alpha: VERDICT_ALPHA,
    rows,
    trades,
    trials_on_these_bars: trials.count,
    seeds,
    source,
    accuracy,
    simpler_model,
    money,
    power,
  };
  return { ...measured, reasons: reasonsOf(measured, findings) };
}

function deflate(money: Omit<MoneyVerdict, 'deflated_sharpe'>, trials: Trials): MoneyVerdict {
  const deflated = money.moments === null ? null : deflatedSharpe(money.moments, trials);
  return { ...money, deflated_sharpe: deflated };
}

function isMoreThanLuck({ random_entries_p_value: random, deflated_sharpe: sharpe }: MoneyVerdict): boolean {
  return random !== null && sharpe !== null && random < VERDICT_ALPHA && sharpe > 1 - VERDICT_ALPHA;
}

function labelOf(
  { accurate, earned, enoughRows, enoughTrades }: Findings,
  { better, measure }: AccuracyComparison,
  rows: number,
): VerdictLabel {
  if (accurate && earned === true) return 'edge';
  if (better === 'worse') return rows >= leastRows(measure) ? 'no_edge' : 'too_little_data';
  return (accurate || enoughRows) && (earned === true || enoughTrades) ? 'no_edge' : 'too_little_data';
}
