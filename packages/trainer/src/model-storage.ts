import type { ArtifactFile, ModelSummary, Timeframe, TrainingResult } from '@ktrdr/contracts';

/** A model that is in its place. */
export interface StoredModel {
  /** `strategy/timeframe_vN` */
  model: string;
  /** Its directory, absolute. */
  path: string;
  /** Where the per-epoch analytics are, `null` where there are none. */
  analyticsPath: string | null;
}

/** One stored model whose files were found as they were written. */
export interface ModelDetails {
  summary: ModelSummary;
  /** `metadata.json`, `metrics.json`, `features.json` as stored. */
  metadata: unknown;
  metrics: unknown;
  features: unknown;
  /** File names inside the directory. */
  files: string[];
}

/**
 * Models on disk: `{modelsDir}/{strategy}/{timeframe}_v{N}/`, each written whole or not at all.
 * A run writes into a staging folder beside them (same file system), `commit` renames it into place.
 */
export declare class ModelStorage {
  constructor(modelsDir: string);
  /** An empty folder for one run: the trainer's `outputDir`. */
  stage(operationId: string): Promise<string>;
  /** Writes fetched files into a staging folder. Throws `model_damaged` where a checksum differs, `invalid_name` for a path that leads out. */
  writeArtifacts(stagingDir: string, files: readonly ArtifactFile[]): Promise<void>;
  /** Gives the staged model the next free number. Removes the staging folder, also when it fails (`disk_full`, `storage_failed`, `model_damaged`). */
  commit(stagingDir: string, model: { strategy: string; timeframe: Timeframe }): Promise<StoredModel>;
  /** Removes a staging folder whose run ended without a model. */
  discard(stagingDir: string): Promise<void>;
  /** Newest first. */
  list(): Promise<ModelSummary[]>;
  /** Throws `invalid_name`, `model_not_found`, `model_damaged`. */
  get(strategy: string, version: string): Promise<ModelDetails>;
  /** Removes staging folders that a stopped service left behind; call it at start-up. Returns their names. */
  removeStale(): Promise<string[]>;
}

/** All files under a run's `outputDir`, for sending them. */
export declare function readArtifacts(outputDir: string): Promise<ArtifactFile[]>;

/** A run's result with the model's name and places filled in. */
export declare function withStoredModel(result: TrainingResult, stored: StoredModel): TrainingResult;
