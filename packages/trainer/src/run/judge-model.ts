import { backtest, backtestSettings, judgeVerdict, verdictPower } from '@ktrdr/backtest';
import type { BacktestReport, MoneyVerdict, Verdict } from '@ktrdr/contracts';
import type { Strategy } from '@ktrdr/strategy';
import { compareScores } from '../evaluation/compare-scores.js';
import type { PredictedRows } from '../evaluation/predicted-rows.js';
import { spanSignals } from '../evaluation/span-decisions.js';

export interface JudgementRequest {
  /** The test part, or the test rows of all walk-forward folds. */
  rows: PredictedRows;
  strategy: Strategy;
  /** Seed of the judged model. It determines all random draws. */
  seed: number;
  /** Number of seeds that were trained. */
  seeds: number;
  /** Awaited between the steps; throws to stop. */
  pause: () => Promise<void>;
}

/** The answer and the backtest behind it; without a backtest if the labels are not trading decisions. */
export interface Judgement {
  verdict: Verdict;
  backtest: BacktestReport | null;
}

/** This training is the only one that a trainer knows of. */
const ONE_TRIAL = { count: 1, variance: 0 };

/** Judges a model on rows that it has not seen: in accuracy, and in money after costs. */
export async function judgeModel({
  rows,
  strategy,
  seed,
  seeds,
  pause,
}: JudgementRequest): Promise<Judgement> {
  await pause();
  const regression = strategy.decisions.outputFormat === 'regression';
  const { accuracy, simplerModel, baselines } = compareScores(rows, { regression, seed });
  await pause();
  const report = rows.decisions === null ? null : backtestOf(rows.decisions, strategy, seed);
  await pause();
  const verdict = judgeVerdict(
    {
      rows: rows.rows,
      trades: report?.figures.trades ?? 0,
      seeds,
      source: rows.source,
      accuracy,
      simpler_model: simplerModel,
      money: report === null ? null : moneyOf(report),
      power: verdictPower(accuracy, baselines, rows.rows),
    },
    ONE_TRIAL,
  );
  return { verdict, backtest: report };
}

function backtestOf(
  decisions: NonNullable<PredictedRows['decisions']>,
  strategy: Strategy,
  seed: number,
): BacktestReport {
  const { labels } = strategy.training;
  const { report } = backtest(spanSignals(decisions), backtestSettings(strategy), {
    timeframe: strategy.baseTimeframe,
    inSample: false,
    seed,
    ...(labels.source === 'zigzag' ? { pivotThreshold: labels.threshold } : {}),
  });
  return report;
}

function moneyOf({ figures, luck, benchmarks }: BacktestReport): Omit<MoneyVerdict, 'deflated_sharpe'> {
  return {
    net_return: figures.net_return,
    sharpe: figures.sharpe,
    sharpe_interval: luck.sharpe_interval,
    random_entries_p_value: luck.random_entries?.p_value ?? null,
    moments: luck.moments,
    buy_and_hold_return: benchmarks.find(({ name }) => name === 'buy_and_hold')!.net_return,
    break_even_cost_bps: luck.break_even_cost_bps,
  };
}
