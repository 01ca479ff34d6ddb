import type { ImportQuestion, ImportQuestionChoice } from './data-import.js';
import { ANSWER_EXAMPLES, answerMeaning, isRefusal } from './import-answer.js';
import { shellWord } from './shell-word.js';

const INDENT = '    ';

/** The option of `ktrdr data import` that makes a choice. */
export function importOption(choice: ImportQuestionChoice): string {
  return `--${choice.replaceAll('_', '-')}`;
}

/** The option that answers a question, then the question, then each possible answer as an option to copy. */
export function importQuestionText({ choice, message, answers, suggestion }: ImportQuestion): string {
  const option = importOption(choice);
  const [example] = ANSWER_EXAMPLES[choice] ?? [];
  // `refuse` leaves the question open
  const lines = answers
    .filter((answer) => !isRefusal(choice, answer))
    .map((answer, index) => {
      const about = [
        answerMeaning(choice, answer),
        index === 0 && suggestion !== null ? `likely, because ${suggestion}` : null,
      ].filter((text) => text !== null);
      return `${option} ${shellWord(answer)}${about.length === 0 ? '' : `   (${about.join('; ')})`}`;
    });
  if (answers.length === 0 && example !== undefined)
    lines.push(`for example: ${option} ${shellWord(example)}`);
  return [`${option}: ${message}`, ...lines].join('\n').replaceAll('\n', `\n${INDENT}`);
}
