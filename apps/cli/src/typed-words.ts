/**
 * A refusal of the API with its options by the names that were typed: `seed must be at least 0` as `--seed must ...`.
 *
 * @param typed the command line
 */
export function inTypedWords(message: string, typed: string[]): string {
  return typed
    .filter((word) => /^--[a-z-]+(=|$)/.test(word))
    .map((word) => word.split('=', 1)[0] ?? word)
    .reduce((text, option) => {
      const name = option.slice(2).replaceAll('-', '_');
      return text.replace(new RegExp(`(?<=^|: |; )${name}(_seconds)?(?= must )`, 'g'), option);
    }, message);
}
