import type { ImportQuestion, ImportQuestionChoice } from './data-import.js';

/** The option of `ktrdr data import` that makes a choice. */
export function importOption(choice: ImportQuestionChoice): string {
  return `--${choice.replaceAll('_', '-')}`;
}

/** One line about a question, which begins with the option that answers it. */
export function importQuestionText({ choice, message, answers, suggestion }: ImportQuestion): string {
  const [first] = answers;
  const likely = suggestion === null || first === undefined ? '' : ` Likely ${first}: ${suggestion}.`;
  const others = likely === '' && answers.length > 0 ? ` One of: ${answers.join(', ')}.` : '';
  return `${importOption(choice)}: ${message}.${likely}${others}`.replace('..', '.');
}
