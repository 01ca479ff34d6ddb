export type { ImportContext } from './context.js';
export { previewImport } from './preview-import.js';
export type { ImportedFile } from './read-file.js';
export { readImport, type ReadImport } from './read-import.js';
export type { TimeChoices, TimesFound } from './times/written-times.js';
