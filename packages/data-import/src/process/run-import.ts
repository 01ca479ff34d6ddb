import { fileURLToPath } from 'node:url';
import type { ImportPreview, ImportResult } from '@ktrdr/contracts';
import { askProgram, unansweredError } from '@ktrdr/programs';
import type { ImportStep, ImportWork, PreviewWork } from './import-work.js';

const ADVICE = 'Free memory on this machine, or split the file.';

/** Limits of the process that reads a file. */
export interface ImportLimits {
  /** After an abort, the process is killed. The promise settles after its end. */
  signal: AbortSignal;
  /** The process is killed if it uses more memory than this. */
  mostMemoryMb: number;
}

/**
 * Makes the preview of a file in a child process.
 *
 * @param limits `timeoutMs`: the process is killed after this time
 * @throws KtrdrError `import_invalid`, `invalid_request` (a choice that does not fit the file), `invalid_name`; `import_failed` if the
 * process gave no answer
 * @throws the signal's reason after an abort
 */
export function runPreviewProcess(
  work: PreviewWork,
  limits: ImportLimits & { timeoutMs: number },
): Promise<ImportPreview> {
  return askProgram<ImportPreview>(program('preview-process'), work, {
    ...limits,
    unanswered: (end) => unansweredError('import', end, ADVICE),
  });
}

/**
 * Imports a file in a child process: stores the bars of all symbols, or none.
 *
 * @param mayStore called when all bars are read. If it throws, nothing is stored. A cancel afterwards may come too late
 * @throws KtrdrError as {@link runPreviewProcess}; `import_question` if the file leaves a question open; as `storeBars`; what `mayStore`
 * throws
 * @throws the signal's reason after an abort
 */
export function runImportProcess(
  work: ImportWork,
  {
    mayStore,
    ...options
  }: ImportLimits & { onStep: (step: ImportStep) => void; mayStore: () => Promise<void> },
): Promise<ImportResult> {
  return askProgram<ImportResult, ImportStep>(program('import-process'), work, {
    ...options,
    mayGoOn: mayStore,
    unanswered: (end) => unansweredError('import', end, ADVICE),
  });
}

/** Path of a bundled program of this package. The relative path is the same from `src` and from `dist`. */
function program(name: string): string {
  return fileURLToPath(new URL(`../../dist/programs/${name}.js`, import.meta.url));
}
