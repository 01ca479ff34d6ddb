import type { ImportChoices, ImportPreview } from '@ktrdr/contracts';
import type { ImportContext } from './context.js';
import { type ImportedFile, readFile } from './read-file.js';

/**
 * What a file holds, as far as its text and the choices say, with the questions that they leave open. Reads the whole file.
 *
 * @throws KtrdrError `import_invalid` if the file is no table of bars, or if a row is bad and `bad_rows` is `refuse`
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
