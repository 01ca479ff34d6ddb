/** Files of a model directory. */
export const MODEL_FILES = [
  'model.onnx',
  'strategy.yaml',
  'features.json',
  'metrics.json',
  'metadata.json',
] as const;
/** Files written by detailed analytics. */
export const ANALYTICS_FILES = [
  'metrics.csv',
  'detailed_metrics.json',
  'alerts.txt',
  'config.yaml',
  'report.html',
] as const;

/**
 * `data` of `GET /training/sessions/:id/artifacts`. The names are `model/...` and `analytics/...`, with file names from
 * the lists above. `GET /training/sessions/:id/artifacts/:folder/:name` sends the bytes of one of them.
 */
export interface SessionArtifacts {
  /** @maxItems 10 */
  files: ArtifactFile[];
}

/** One file written by a training. `path` is relative to the training's folder and uses `/`: `model/model.onnx`. */
export interface ArtifactFile {
  /** @maxLength 300 */
  path: string;
  /**
   * Bytes.
   *
   * @asType integer
   * @minimum 0
   * @maximum 9007199254740991
   */
  size: number;
  /** @pattern ^[0-9a-f]{64}$ */
  sha256: string;
}
