export { parseBoundedJson } from './bounded-json.js';
export { appendInPieces, CacheFolder, orWithoutCache, writeWhole } from './cache-folder.js';
export { type FileIdentity, fileIdentity } from './file-identity.js';
export { fileNameProblem } from './file-name.js';
export { isFileError } from './is-file-error.js';
export {
  openOutsideFile,
  type OutsideFile,
  type OutsideFileOptions,
  outsideFileProblem,
  withOutsideFile,
} from './outside-file.js';
export { type FileRefusal, RefusedFileError } from './refused-file-error.js';
export { SharedReads } from './shared-reads.js';
