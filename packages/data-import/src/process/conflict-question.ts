import type { ImportQuestion } from '@ktrdr/contracts';
import { findConflicts, type ParsedBars } from '@ktrdr/market-data';
import type { PreviewWork } from './import-work.js';

/** Conflicts that a question shows. */
const MOST_SHOWN = 3;

/** The question about stored bars that differ from those of a file; `null` if none do, or if the choices answer it. */
export async function conflictQuestion(
  { dataDir, stateDir, choices }: PreviewWork,
  bars: readonly ParsedBars[],
): Promise<ImportQuestion | null> {
  const conflicts = await findConflicts(dataDir, bars, {
    onConflict: choices.on_conflict ?? 'refuse',
    stateDir,
  });
  if (conflicts.length === 0) return null;
  const canKeep = conflicts.every(({ kind }) => kind === 'differ');
  const shown = conflicts.slice(0, MOST_SHOWN).map(({ message }) => message);
  const more = conflicts.length - shown.length;
  const files = conflicts.length === 1 ? 'the whole file' : 'all of these files';
  return {
    choice: 'on_conflict',
    message: [
      ...shown,
      ...(more > 0 ? [`and ${more} more ${more === 1 ? 'file' : 'files'}`] : []),
      ...(canKeep ? [] : [`The new bars can only replace ${files}.`]),
    ].join('\n'),
    answers: canKeep ? ['keep', 'replace', 'refuse'] : ['replace', 'refuse'],
    suggestion: null,
  };
}
