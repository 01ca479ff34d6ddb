export type { BarsSource } from './bars-source.js';
export {
  checkDownload,
  downloadBars,
  type DownloadProgress,
  type DownloadRequest,
  type DownloadTools,
} from './download-bars.js';
export { SourceClient } from './http/source-client.js';
export { readSources, type SourcesFile } from './source-settings.js';
