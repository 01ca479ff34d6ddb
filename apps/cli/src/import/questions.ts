import {
  ANSWER_EXAMPLES,
  answerMeaning,
  type ImportQuestion,
  type ImportQuestionChoice,
  printable,
} from '@ktrdr/contracts';
import type { Prompter } from '../prompter.js';
import type { Style } from '../style.js';

/**
 * Asks a question in the terminal. Enter takes the likely answer if there is one.
 *
 * @param before the answer for an earlier file of the same import
 * @returns `null` at the end of the input
 */
export async function askQuestion(
  prompter: Prompter,
  { choice, message, answers, suggestion }: ImportQuestion,
  { before, style, signal }: { before: string | undefined; style: Style; signal: AbortSignal },
): Promise<string | null> {
  const likely = before ?? (suggestion === null ? undefined : answers[0]);
  const why = before === undefined ? suggestion : 'same answer as for the previous file';
  const name = choice.replaceAll('_', ' ');
  // a single likely answer is in the prompt
  const isListed = answers.length > 1 || (answers.length === 1 && suggestion === null);
  const listed = isListed
    ? answers.map((answer, index) => `    ${index + 1}  ${printable(answer)}${meaningOf(choice, answer)}`)
    : [];
  const reason =
    likely === undefined || why === null
      ? []
      : [style.dim(`  Likely ${printable(likely)}: ${printable(why)}`)];
  const known = answers.length === 0 ? ANSWER_EXAMPLES[choice] : undefined;
  const examples = known === undefined ? [] : [style.dim(`  For example ${known.join(', ')}`)];
  const text = [`  ${printable(message).replaceAll('\n', '\n  ')}`, ...reason, ...examples, ...listed].join(
    '\n',
  );
  prompter.say(text);
  const prompt = `  ${style.bold(name)}${likely === undefined ? '' : ` [${printable(likely)}]`}:`;
  for (;;) {
    const typed = await prompter.ask(prompt, signal);
    if (typed === null) return null;
    if (typed === '' && likely !== undefined) return likely;
    if (typed !== '') return isListed ? (answers[Number(typed) - 1] ?? typed) : typed;
  }
}

function meaningOf(choice: ImportQuestionChoice, answer: string): string {
  const meaning = answerMeaning(choice, answer);
  return meaning === null ? '' : `: ${meaning}`;
}
