import {
  VERDICT_LABELS,
  type BarsFingerprint,
  type EngineName,
  type ModelDamage,
  type ModelOutputType,
  type ModelSummary,
  type ModelTestPart,
  type Timeframe,
  type VerdictLabel,
} from '@ktrdr/contracts';

/**
 * Incremented when the meaning of a model's files changes. Format 1 has no `format`, `range`, `test_part` and `baseline_accuracy`. Models
 * up to format 2 were trained on another average in `supertrend` and another signal in `rvi`.
 */
export const MODEL_FORMAT = 3;

/** `metadata.json` of a model. Training writes everything except `model` and `version`, which are set when the model is stored. */
export interface ModelMetadata {
  format: number;
  /** `strategy/timeframe_vN`; `null` before the model is stored. */
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
  /** Open times of the first and the last row. */
  start_date: string;
  end_date: string;
  /** The requested dates, as typed; `null`: not limited. Predictions need the start to compute the same features. */
  range: { start: string | null; end: string | null } | null;
  test_part: ModelTestPart | null;
  synthetic_bars: boolean;
  fingerprints: BarsFingerprint[];
  versions: { ktrdr: string; node: string; engine: string };
  test_accuracy: number | null;
  /** The best accuracy of the uninformed baselines. */
  baseline_accuracy: number | null;
  /** `null` for a model that was not judged, such as one of an earlier version. */
  verdict: VerdictLabel | null;
  created_at: string;
  /** SHA-256 of every other file of the directory. */
  checksums: Record<string, string>;
}

/** The model's entry in lists. */
export function summaryOf(
  metadata: ModelMetadata,
  path: string,
  damage: ModelDamage | null = null,
): ModelSummary {
  const model = metadata.model ?? '';
  const unsupported = metadata.format > MODEL_FORMAT ? newerFormat(metadata) : null;
  return {
    model,
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
    verdict: metadata.verdict,
    path,
    problem: damage === null ? unsupported : damageText(model, damage),
    damage,
  };
}

/** The problem of a model with a newer format, and what to do. */
export function newerFormat({ format, versions }: ModelMetadata): string {
  const by = versions === undefined ? '' : ` by ktrdr ${versions.ktrdr}`;
  return `It was stored${by} in format ${format}; this version reads formats up to ${MODEL_FORMAT}. Update ktrdr, or train the model again.`;
}

/** The damage, and what to do. */
export function damageText(model: string, { file, reason }: ModelDamage): string {
  return `It is damaged: ${file ?? 'its folder'} ${reason}. Train it again. To remove it: ktrdr models delete ${model}`;
}

/**
 * Validates the content of `metadata.json`, and adds `null` for fields that earlier formats did not have.
 *
 * @throws Error if the content is invalid; its message continues a sentence that begins with the file
 */
export function toModelMetadata(value: unknown): ModelMetadata {
  if (!isRecord(value)) throw new Error('is not the metadata of a model: it is not a JSON object');
  const metadata = { ...NOT_NOTED, ...value };
  const shape = Number(metadata.format) > MODEL_FORMAT ? LISTED_SHAPE : { ...LISTED_SHAPE, ...SHOWN_SHAPE };
  const wrong = Object.entries(shape).find(
    ([key, isRight]) => !isRight((metadata as Record<string, unknown>)[key]),
  );
  if (wrong !== undefined)
    throw new Error(`is not the metadata of a model: "${wrong[0]}" is missing or invalid`);
  return metadata as unknown as ModelMetadata;
}

const NOT_NOTED = {
  format: 1,
  model: null,
  version: null,
  range: null,
  test_part: null,
  test_accuracy: null,
  baseline_accuracy: null,
  verdict: null,
};

/** Names of a model's files. They cannot point outside the model's folder. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => Number.isFinite(value);
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isTime: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const withKeys =
  (keys: Record<string, Check>): Check =>
  (value) =>
    isRecord(value) && Object.entries(keys).every(([key, check]) => check(value[key]));

/** Fields that lists and `readModel` need, in every format. */
const LISTED_SHAPE: Record<string, Check> = {
  format: (value) => isCount(value) && value !== 0,
  model: orNull(isText),
  version: orNull(isText),
  strategy_name: isText,
  symbols: isTexts,
  base_timeframe: isText,
  model_type: isText,
  engine: isText,
  seed: isNumber,
  operation_id: isText,
  created_at: isTime,
  test_accuracy: orNull(isNumber),
  baseline_accuracy: orNull(isNumber),
  verdict: orNull((value) => VERDICT_LABELS.some((label) => label === value)),
  checksums: (value) =>
    isRecord(value) && Object.entries(value).every(([file, sum]) => FILE_NAME.test(file) && isText(sum)),
};

/** Other fields that commands show, for models of the current format. */
const SHOWN_SHAPE: Record<string, Check> = {
  timeframes: isTexts,
  architecture: isText,
  parameters_count: isCount,
  output_type: isText,
  classes: isTexts,
  feature_count: isCount,
  device: isText,
  start_date: isTime,
  end_date: isTime,
  range: orNull(withKeys({ start: orNull(isText), end: orNull(isText) })),
  test_part: orNull(withKeys({ start: isTime, end: isTime, rows: isCount })),
  synthetic_bars: (value) => typeof value === 'boolean',
  fingerprints: (value) =>
    Array.isArray(value) && value.every(withKeys({ symbol: isText, timeframe: isText, sha256: isText })),
  versions: withKeys({ ktrdr: isText, node: isText, engine: isText }),
};
