/** Files of a model directory. */
export const MODEL_FILES = [
  'model.onnx',
  'strategy.yaml',
  'features.json',
  'metrics.json',
  'metadata.json',
] as const;
/** Files that detailed analytics write. */
export const ANALYTICS_FILES = [
  'metrics.csv',
  'detailed_metrics.json',
  'alerts.txt',
  'config.yaml',
  'report.html',
] as const;

/** `data` of `GET /training/sessions/:id/artifacts`: `model/...` and `analytics/...`, names of the lists above only. */
export interface SessionArtifacts {
  files: ArtifactFile[];
}

/** One file that a run wrote. `path` is relative to the run's folder, with `/`: `model/model.onnx`. */
export interface ArtifactFile {
  path: string;
  sha256: string;
  content_base64: string;
}
