import { type ImportQuestion, importQuestionText, KtrdrError } from '@ktrdr/contracts';

/** The refusal of an import that leaves something open: a line for each question, with the option that answers it. */
export function openQuestions(file: string, questions: readonly ImportQuestion[]): KtrdrError {
  const lines = questions.map((question) => importQuestionText(question));
  return new KtrdrError('import_question', [`${file} leaves something open:`, ...lines].join('\n'), {
    details: { file, questions },
  });
}
