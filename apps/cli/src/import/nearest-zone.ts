import type { ImportPreview, ImportQuestion } from '@ktrdr/contracts';
import { nearest } from '../nearest.js';

/**
 * Adds the nearest time zone as the likely answer to the question about a misspelt one.
 *
 * @param typed the chosen time zone
 */
export function withNearestZone(preview: ImportPreview, typed: string | undefined): ImportPreview {
  if (typed === undefined) return preview;
  const meant = nearest(typed, ['UTC', ...Intl.supportedValuesOf('timeZone')]);
  if (meant === null) return preview;
  const questions = preview.questions.map((question): ImportQuestion =>
    question.choice === 'timezone' && question.answers.length === 0
      ? { ...question, answers: [meant], suggestion: 'it is the most similar name' }
      : question,
  );
  return { ...preview, questions };
}
