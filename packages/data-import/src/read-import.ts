import type { ImportChoices, ImportPreview } from '@ktrdr/contracts';
import type { ParsedBars } from '@ktrdr/market-data';
import type { ImportContext } from './context.js';
import { type ImportedFile, readFile } from './read-file.js';

/** Preview of a file, and its bars: one element per symbol; empty while a question is open. */
export interface ReadImport {
  understood: ImportPreview;
  bars: ParsedBars[];
}

/**
 * Reads the bars of a file.
 *
 * @throws KtrdrError `import_invalid` if the file is not a table of bars, or if rows have invalid values; lists up to twenty of their lines
 */
export async function readImport(
  file: ImportedFile,
  choices: ImportChoices,
  context: ImportContext,
): Promise<ReadImport> {
  const { preview, tables, bars } = await readFile(file, choices, context);
  if (preview.questions.some(({ choice }) => choice !== 'bad_rows')) return { understood: preview, bars: [] };
  for (const { problems } of tables) problems.throwIfBad();
  return { understood: preview, bars: bars.map((part) => ({ ...part, timeframe: part.timeframe! })) };
}
