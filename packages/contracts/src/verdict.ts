/** Wire types of the verdict: does a trained model have an edge, and how sure is that? */
import type { SharpeMoments } from './backtest.js';
import type { UninformedBaseline } from './baselines.js';

/** `edge`: found. `no_edge`: not found, although there is enough data to find one. `too_little_data`: not found, and there is not enough data. */
export const VERDICT_LABELS = ['edge', 'no_edge', 'too_little_data'] as const;
/** Answer of a verdict. */
export type VerdictLabel = (typeof VERDICT_LABELS)[number];

/** How a verdict begins wherever a person reads it. */
export const VERDICT_WORDS: Readonly<Record<VerdictLabel, string>> = {
  edge: 'Edge found',
  no_edge: 'No edge found',
  too_little_data: 'Too little data to tell',
};

/** Whether two predictors differ: `not_distinguishable` if the interval of the difference contains zero. */
export type Distinction = 'better' | 'worse' | 'not_distinguishable';

/** The model's score beside that of the best uninformed baseline, on the same rows. */
export interface AccuracyComparison {
  /** What is compared: the share of correct classes, or the mean absolute error of a regression. */
  measure: 'accuracy' | 'mean_absolute_error';
  model: number;
  /** Standard error of `model`, from the same bootstrap. */
  standard_error: number;
  best_baseline: UninformedBaseline;
  baseline: number;
  /** How much better the model is: model - baseline for an accuracy, baseline - model for an error. */
  difference: number;
  /** 95 % interval of the difference, from a stationary block bootstrap over time. */
  interval: [low: number, high: number];
  /**
   * Chance of such a difference if the model is no better than the best baseline, one side. The choice of the best is accounted for: the
   * model has to be better than each baseline, and this is the largest p-value. The interval too is the lowest of all.
   */
  p_value: number;
  better: Distinction;
}

/** The network beside a linear model of the same features. Says whether the network is worth it, and nothing about an edge. */
export interface SimplerModelComparison {
  name: 'logistic_regression' | 'ridge_regression';
  /** Its own score on the same rows. */
  score: number;
  /** How much better the network is. */
  difference: number;
  interval: [low: number, high: number];
  better: Distinction;
}

/** What the model's decisions earned on the same rows, after costs, beside luck. */
export interface MoneyVerdict {
  net_return: number;
  sharpe: number | null;
  sharpe_interval: [low: number, high: number] | null;
  /** `null` without trades. */
  random_entries_p_value: number | null;
  /** Probability that the true Sharpe ratio is above what luck alone gives the best of so many trials; `null` if undefined. */
  deflated_sharpe: number | null;
  moments: SharpeMoments | null;
  buy_and_hold_return: number;
  break_even_cost_bps: number | null;
}

/** How much data is needed to find an edge of a stated size in four of five cases. */
export interface VerdictPower {
  /** Size of the edge in accuracy: difference to the best baseline; for an error, share of the baseline's error. */
  accuracy_difference: number;
  /** Size of the edge in money: mean return of a trade, divided by the standard deviation of the trades. */
  trade_edge: number;
  /** Test rows and trades that are needed; `null` if unknown. The rows count the choice among the baselines. */
  rows_needed: number | null;
  trades_needed: number | null;
}

/** The answer of a training. It is the same wherever the training ran. */
export interface Verdict {
  label: VerdictLabel;
  /** Chance of calling luck an edge, for each of the two questions. */
  alpha: number;
  rows: number;
  trades: number;
  /** Different trainings and backtests judged on these bars so far, this one included. */
  trials_on_these_bars: number;
  /** Seeds trained. */
  seeds: number;
  /** Where the rows come from. */
  source: 'test_part' | 'walk_forward';
  accuracy: AccuracyComparison;
  simpler_model: SimplerModelComparison;
  /** `null` if the labels are not trading decisions. */
  money: MoneyVerdict | null;
  power: VerdictPower;
  /** Sentences for a person, the most important first. The first is the headline: it begins with the words of `VERDICT_WORDS`. */
  reasons: string[];
}

/** Chance of calling luck an edge. */
export const VERDICT_ALPHA = 0.05;
