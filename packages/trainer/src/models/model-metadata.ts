import {
  MODEL_FILES,
  oneLine,
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
import { fileNameProblem } from '@ktrdr/files';
import {
  count,
  flag,
  isRecord,
  listOf,
  number,
  oneOf,
  orNull,
  positive,
  recordOf,
  shapeOf,
  type Shape,
  time,
} from '../files/shape.js';

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
  const wrong = recordOf(shape)(metadata, '');
  if (wrong !== null) throw new Error(`is not the metadata of a model: "${wrong}" is missing or invalid`);
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

const CHECKSUM = /^[0-9a-f]{64}$/;
/** The files that every model has beside `metadata.json`. */
const CONTENT_FILES: readonly string[] = MODEL_FILES.filter((file) => file !== 'metadata.json');

/** A text of one line that is safe to show: the files of a model may come from a host. */
const text = shapeOf((value) => typeof value === 'string' && oneLine(value) === value);
const texts = listOf(text);

/** Fields that lists need, in every format. A later format can have other files; their names are only looked at. */
const LISTED_SHAPE = {
  format: positive,
  model: orNull(text),
  version: orNull(text),
  strategy_name: text,
  symbols: texts,
  base_timeframe: text,
  model_type: text,
  engine: text,
  seed: number,
  operation_id: text,
  created_at: time,
  test_accuracy: orNull(number),
  baseline_accuracy: orNull(number),
  verdict: orNull(oneOf(VERDICT_LABELS)),
  checksums: ((value, place) =>
    isRecord(value) && Object.keys(value).every((file) => fileNameProblem(file) === null)
      ? null
      : place) as Shape,
};

/** Other fields that commands show, for models of the current format. */
const SHOWN_SHAPE = {
  timeframes: texts,
  architecture: text,
  parameters_count: count,
  output_type: text,
  classes: texts,
  feature_count: positive,
  device: text,
  start_date: time,
  end_date: time,
  range: orNull(recordOf({ start: orNull(text), end: orNull(text) })),
  test_part: orNull(recordOf({ start: time, end: time, rows: count })),
  synthetic_bars: flag,
  fingerprints: listOf(recordOf({ symbol: text, timeframe: text, sha256: text })),
  versions: recordOf({ ktrdr: text, node: text, engine: text }),
  checksums: ((value, place) => {
    if (!isRecord(value)) return place;
    const other = Object.keys(value).find((file) => !CONTENT_FILES.includes(file));
    if (other !== undefined) return `${place}[${other.slice(0, 64)}]`;
    const missing = CONTENT_FILES.find((file) => !CHECKSUM.test(String(value[file])));
    return missing === undefined ? null : `${place}[${missing}]`;
  }) as Shape,
};
