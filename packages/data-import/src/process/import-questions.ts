import { type ImportQuestion, importQuestionText, KtrdrError } from '@ktrdr/contracts';

/** Refuses an import with open questions: one line per question, with the option that answers it. */
export function openQuestions(file: string, questions: readonly ImportQuestion[]): KtrdrError {
  const lines = questions.map((question) => importQuestionText(question));
  return new KtrdrError(
    'import_question',
    [`${file} leaves questions open. Answer them:`, ...lines].join('\n'),
    {
      details: { file, questions },
    },
  );
}
