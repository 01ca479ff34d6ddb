/** Wire types of the estimate of a training. */
import type { StrategyIssue } from './api.js';
import type { EngineSetting } from './engines.js';

/** Bars that a training would read. */
export interface AvailableBars {
  symbol: string;
  timeframe: string;
  rows: number;
  /** Open times of the first and the last bar. */
  start: string;
  end: string;
}

/** `data` of `POST /trainings/estimate`: what a training would need. Nothing was started. */
export interface EstimateTrainingResponse {
  /** Name of the strategy. */
  strategy: string;
  symbols: string[];
  timeframes: string[];
  base_timeframe: string;
  model_type: string;
  /** Upper bound of the rows: bars of the base timeframe in the range, of all symbols. */
  rows: number;
  features: number;
  /** Weights and biases of the network. */
  parameters: number;
  /** Epochs of one seed. Early stopping can end a training sooner. */
  epochs: number;
  /** Passes over the rows: epochs of all seeds and walk-forward folds. */
  passes: number;
  estimated_seconds: number;
  estimated_memory_mb: number;
  /** Limits of the API's machine. A host has its own limits, and may be faster. */
  limits: {
    /** `null`: no limit. */
    seconds: number | null;
    memory_mb: number;
  };
  /** Which limits the training exceeds. A start would be refused with `over_budget`, unless it runs on a host. */
  over: ('time' | 'memory')[];
  /** Where the training would run. */
  place: 'local' | 'host' | 'queue';
  /** `auto`: the machine that trains chooses the fastest engine for the network. */
  engine: EngineSetting;
  /** Warnings of the strategy file. */
  issues: StrategyIssue[];
  /** One entry for each symbol and timeframe. */
  bars: AvailableBars[];
}
