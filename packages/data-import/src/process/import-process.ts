/** Program: answers one `ImportWork`, and reports its progress. Before it stores anything, it waits for permission. */
import type { ImportResult } from '@ktrdr/contracts';
import { storeBars } from '@ktrdr/market-data';
import { answerRequest } from '@ktrdr/programs';
import { readImport } from '../read-import.js';
import { openQuestions } from './import-questions.js';
import type { ImportStep, ImportWork } from './import-work.js';
import { withFile } from './with-file.js';

answerRequest<ImportWork, ImportResult, ImportStep>((work, { step, untilAllowed, signal }) =>
  withFile(work, async (file, context, bytesTotal) => {
    const onProgress = (bytes: number): void => step({ phase: 'reading', bytes, bytesTotal });
    const { understood, bars } = await readImport(file, work.choices, { ...context, onProgress });
    const { questions, bars: _, ...about } = understood;
    if (questions.length > 0) throw openQuestions(file.name, questions);
    await untilAllowed();
    step({ phase: 'storing', rows: bars.reduce((sum, { length }) => sum + length, 0) });
    const { dataDir, stateDir, onConflict, profile, now } = work;
    const at = new Date(now).toISOString();
    const { adjust = 'none' } = work.choices;
    const { sha256, timezone } = about;
    const origin = { kind: 'import' as const, from: file.name, sha256, profile, adjust, timezone, at };
    const options = { onConflict, origin, stateDir, signal };
    return { understood: about, stored: await storeBars(dataDir, bars, options) };
  }),
);
