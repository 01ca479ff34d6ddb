export type { ImportContext } from './context.js';
export { previewImport } from './preview-import.js';
export type { ImportedFile } from './read-file.js';
export { readImport, type ReadImport } from './read-import.js';
export type { TimeChoices, TimesFound } from './times/written-times.js';
export { openQuestions } from './process/import-questions.js';
export type { FileToImport, ImportStep, PreviewWork } from './process/import-work.js';
export { runImportProcess, runPreviewProcess } from './process/run-import.js';
