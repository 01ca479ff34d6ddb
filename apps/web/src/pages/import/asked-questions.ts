import type { ImportQuestion, ImportQuestionChoice } from '@ktrdr/contracts';

/** A question about a file, with the user's answer. */
export interface AskedQuestion {
  question: ImportQuestion;
  /** `null` before the first answer. */
  answer: string | null;
  /** True while the import is refused for it. */
  isOpen: boolean;
}

/** Choices whose answers are added to each other, so that a file can ask about them more than once. */
const ADDED: ReadonlySet<ImportQuestionChoice> = new Set(['columns', 'symbol_map']);

/** Tells questions apart. */
export function questionKey({ choice, message }: ImportQuestion): string {
  return ADDED.has(choice) ? `${choice} ${message}` : choice;
}

/**
 * The questions to show after a preview: answered ones stay where they are, so that an answer can be changed; new ones follow.
 *
 * @param asked questions before the preview
 * @param open questions of the preview
 */
export function askedAfter(
  asked: readonly AskedQuestion[],
  open: readonly ImportQuestion[],
): AskedQuestion[] {
  const byKey = new Map(open.map((question) => [questionKey(question), question]));
  const stay = asked.flatMap((before): AskedQuestion[] => {
    const key = questionKey(before.question);
    const again = byKey.get(key);
    byKey.delete(key);
    if (again !== undefined) return [{ ...before, question: again, isOpen: true }];
    return before.answer === null ? [] : [{ ...before, isOpen: false }];
  });
  return [...stay, ...[...byKey.values()].map((question) => ({ question, answer: null, isOpen: true }))];
}
