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
  const listed =
    answers.length > 1
      ? answers.map((answer, index) => `    ${index + 1}  ${printable(answer)}${meaningOf(choice, answer)}`)
      : [];
  const reason =
    likely === undefined || why === null
      ? []
      : [style.dim(`  Likely ${printable(likely)}: ${printable(why)}`)];
  const example = answers.length === 0 ? ANSWER_EXAMPLES[choice] : undefined;
  const examples = example === undefined ? [] : [style.dim(`  For example ${example}`)];
  const text = [`  ${printable(message).replaceAll('\n', '\n  ')}`, ...reason, ...examples, ...listed].join(
    '\n',
  );
  prompter.say(text);
  const prompt = `  ${style.bold(name)}${likely === undefined ? '' : ` [${printable(likely)}]`}:`;
  for (;;) {
    const typed = await prompter.ask(prompt, signal);
    if (typed === null) return null;
    if (typed === '' && likely !== undefined) return likely;
    if (typed !== '') return answers.length > 1 ? (answers[Number(typed) - 1] ?? typed) : typed;
  }
}

function meaningOf(choice: ImportQuestionChoice, answer: string): string {
  const meaning = answerMeaning(choice, answer);
  return meaning === null ? '' : `: ${meaning}`;
}
