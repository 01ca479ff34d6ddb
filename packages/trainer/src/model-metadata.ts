import type { BarsFingerprint, EngineName, ModelSummary, Timeframe } from '@ktrdr/contracts';

/** What a model's outputs are, by the labels that it was trained on. */
export type OutputType = 'classification' | 'context_classification' | 'regime_classification' | 'regression';

/** `metadata.json` of a model: what it is and where it comes from. Everything but `model` and `version` is known when training ends. */
export interface ModelMetadata {
  /** `strategy/timeframe_vN`, with the number that the model got when it was put in its place. */
  model: string | null;
  /** `timeframe_vN` */
  version: string | null;
  strategy_name: string;
  /** Grammar of the strategy file: `v3`. */
  strategy_version: string;
  symbols: string[];
  timeframes: Timeframe[];
  base_timeframe: Timeframe;
  model_type: string;
  /** `60-128-64-3` */
  architecture: string;
  parameters_count: number;
  output_type: OutputType;
  classes: string[];
  feature_count: number;
  engine: EngineName;
  device: string;
  seed: number;
  operation_id: string;
  /** First and last row's open time. */
  start_date: string;
  end_date: string;
  synthetic_bars: boolean;
  fingerprints: BarsFingerprint[];
  versions: { ktrdr: string; node: string; engine: string };
  test_accuracy: number | null;
  created_at: string;
  /** SHA-256 of every other file of the directory. */
  checksums: Record<string, string>;
}

/** What lists show of a model. */
export function summaryOf(metadata: ModelMetadata, path: string): ModelSummary {
  return {
    model: metadata.model ?? '',
    strategy: metadata.strategy_name,
    version: metadata.version ?? '',
    timeframe: metadata.base_timeframe,
    symbols: metadata.symbols,
    model_type: metadata.model_type,
    engine: metadata.engine,
    seed: metadata.seed,
    created_at: metadata.created_at,
    test_accuracy: metadata.test_accuracy,
    path,
  };
}

/** Tells our own file from one that is cut off or something else. */
export function isModelMetadata(value: unknown): value is ModelMetadata {
  if (typeof value !== 'object' || value === null) return false;
  const { strategy_name, base_timeframe, checksums, created_at, symbols } = value as Record<string, unknown>;
  return (
    typeof strategy_name === 'string' &&
    typeof base_timeframe === 'string' &&
    typeof created_at === 'string' &&
    Array.isArray(symbols) &&
    typeof checksums === 'object' &&
    checksums !== null
  );
}
