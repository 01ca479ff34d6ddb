/**
 * Replaces field names in an error message of the API by the options that the user typed: `seed must be at least 0` becomes
 * `--seed must be at least 0`.
 *
 * @param typed the command line
 */
export function inTypedWords(message: string, typed: string[]): string {
  return typed
    .filter((word) => /^--[a-z-]+(=|$)/.test(word))
    .map((word) => word.split('=', 1)[0] ?? word)
    .reduce((text, option) => {
      const name = option.slice(2).replaceAll('-', '_');
      return text.replace(new RegExp(`(?<=^|: |; )${name}(_seconds|_bps)?(?= must )`, 'g'), option);
    }, message);
}
