import type { BarsFingerprint, EngineChoice } from '@ktrdr/contracts';
import type { Strategy } from '@ktrdr/strategy';

/** A session that was checked: the strategy is valid, the engine is to be had, the bars are the ones that are meant. */
export interface SessionRequest {
  /** The API's operation that the session belongs to. */
  operationId: string;
  strategy: Strategy;
  strategyText: string;
  strategyFile: string;
  symbols?: string[];
  timeframes?: string[];
  startDate?: string;
  endDate?: string;
  /** 0 < v < 1: share of the rows that are not test rows. */
  validationSplit?: number;
  seed: number;
  engine: EngineChoice;
  dryRun: boolean;
  detailedAnalytics: boolean;
  fingerprints: BarsFingerprint[];
}
