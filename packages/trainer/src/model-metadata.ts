import type {
  BarsFingerprint,
  EngineName,
  ModelOutputType,
  ModelSummary,
  ModelTestPart,
  Timeframe,
} from '@ktrdr/contracts';

/**
 * Counts up when what the files of a model mean changes. Format 1 noted no format, no `range`, no `test_part` and no
 * `baseline_accuracy`.
 */
export const MODEL_FORMAT = 2;

/** `metadata.json` of a model: what it is and where it comes from. Everything but `model` and `version` is known when training ends. */
export interface ModelMetadata {
  format: number;
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
  output_type: ModelOutputType;
  classes: string[];
  feature_count: number;
  engine: EngineName;
  device: string;
  seed: number;
  operation_id: string;
  /** First and last row's open time. */
  start_date: string;
  end_date: string;
  /** Dates that the run was asked for, as typed; `null`: an open end. Where features begin decides their bits. */
  range: { start: string | null; end: string | null } | null;
  test_part: ModelTestPart | null;
  synthetic_bars: boolean;
  fingerprints: BarsFingerprint[];
  versions: { ktrdr: string; node: string; engine: string };
  test_accuracy: number | null;
  /** The best of the result's baselines. */
  baseline_accuracy: number | null;
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
    baseline_accuracy: metadata.baseline_accuracy,
    path,
    problem: metadata.format > MODEL_FORMAT ? newerFormat(metadata) : null,
  };
}

/** What to do about a model that a later version has stored. */
export function newerFormat({ format, versions }: ModelMetadata): string {
  const by = versions === undefined ? '' : ` by ktrdr ${versions.ktrdr}`;
  return `It was stored${by} in format ${format}; this version reads formats up to ${MODEL_FORMAT}. Update ktrdr, or train the model again.`;
}

/** The content of `metadata.json`, with what earlier formats did not note; `null` for what is cut off or something else. */
export function toModelMetadata(value: unknown): ModelMetadata | null {
  if (!isModelMetadata(value)) return null;
  return { ...NOT_NOTED, ...value };
}

const NOT_NOTED = { format: 1, range: null, test_part: null, baseline_accuracy: null };

function isModelMetadata(value: unknown): value is ModelMetadata {
  if (typeof value !== 'object' || value === null) return false;
  const { strategy_name, base_timeframe, checksums, created_at, symbols, format } = value as Record<
    string,
    unknown
  >;
  return (
    typeof strategy_name === 'string' &&
    typeof base_timeframe === 'string' &&
    typeof created_at === 'string' &&
    Array.isArray(symbols) &&
    (format === undefined || Number.isSafeInteger(format)) &&
    typeof checksums === 'object' &&
    checksums !== null
  );
}
