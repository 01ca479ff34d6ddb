/** Program: answers one `PreviewWork`. */
import type { ImportPreview } from '@ktrdr/contracts';
import { answerRequest } from '@ktrdr/programs';
import { previewImport } from '../preview-import.js';
import { readImport } from '../read-import.js';
import { conflictQuestion } from './conflict-question.js';
import type { PreviewWork } from './import-work.js';
import { withFile } from './with-file.js';

answerRequest<PreviewWork, ImportPreview>((work) =>
  withFile(work, async (file, context) => {
    const preview = await previewImport(file, work.choices, context);
    if (preview.questions.length > 0) return preview;
    const { bars } = await readImport(file, work.choices, context);
    const question = await conflictQuestion(work, bars);
    return question === null ? preview : { ...preview, questions: [question] };
  }),
);
