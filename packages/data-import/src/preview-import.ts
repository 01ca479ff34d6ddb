import type { ImportChoices, ImportPreview } from '@ktrdr/contracts';
import type { ImportContext } from './context.js';
import { type ImportedFile, readFile } from './read-file.js';

/**
 * Preview of a file: its bars, as far as they are certain, and the open questions. Reads the whole file.
 *
 * @throws KtrdrError `import_invalid` if the file is not a table of bars, or if a row is invalid and `bad_rows` is `refuse`
 */
export async function previewImport(
  file: ImportedFile,
  choices: ImportChoices,
  context: ImportContext,
): Promise<ImportPreview> {
  const { preview, tables } = await readFile(file, choices, context);
  if (choices.bad_rows === 'refuse') for (const { problems } of tables) problems.throwIfBad();
  return preview;
}
