import { type ImportQuestion, type ImportQuestionChoice, printable } from '@ktrdr/contracts';
import type { Prompter } from '../prompter.js';
import type { Style } from '../style.js';

/** What an answer does, where its word alone does not say it. */
const MEANINGS: Partial<Record<ImportQuestionChoice, Record<string, string>>> = {
  bad_rows: { refuse: 'import nothing', drop: 'leave these rows out' },
  on_conflict: {
    keep: 'the stored bars stay',
    replace: 'the new bars replace the stored ones',
    refuse: 'import nothing',
  },
};

/** What can be typed, where no answers are listed. */
const EXAMPLES: Partial<Record<ImportQuestionChoice, string>> = {
  timezone: 'Europe/Berlin, America/New_York, UTC, -05:00',
  columns: 'time=1,close=Last',
  date_format: 'DD/MM/YYYY',
};

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
  const example = answers.length === 0 ? EXAMPLES[choice] : undefined;
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
  const meaning = MEANINGS[choice]?.[answer];
  return meaning === undefined ? '' : `: ${meaning}`;
}
