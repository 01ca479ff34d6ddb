import { STRATEGY_NAME_PATTERN, STRATEGY_NAME_RULE } from '@ktrdr/contracts';

/** A text under another name. The comment at its start describes the example, and stays. */
export function renamed(text: string, name: string): string {
  return text.replace(/^name:.*$/m, () => `name: ${name}`);
}

/** What is wrong with the name of a new strategy; `null`: nothing. */
export function nameProblem(name: string, taken: readonly string[]): string | null {
  if (name === '') return null;
  if (!STRATEGY_NAME_PATTERN.test(name)) return `A name must be ${STRATEGY_NAME_RULE}.`;
  if (taken.includes(name)) return `There is already a strategy ${name}. Choose another name.`;
  return null;
}
