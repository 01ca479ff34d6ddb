/**
 * Replaces field names in an error message of the API by the options that the user typed: `seed must be at least 0` becomes
 * `--seed must be at least 0`, and `walk_forward_gap needs walk_forward` becomes `--walk-forward-gap needs --walk-forward`.
 *
 * @param typed the command line
 */
export function inTypedWords(message: string, typed: string[]): string {
  return typed
    .filter((word) => /^--[a-z-]+(=|$)/.test(word))
    .map((word) => word.split('=', 1)[0] ?? word)
    .reduce((text, option) => {
      const name = option.slice(2).replaceAll('-', '_');
      return text
        .replace(new RegExp(`(?<=^|: |; )${name}(_seconds|_bps)?(?= must | needs )`, 'g'), option)
        .replace(
          new RegExp(`(?<=${option} needs )[a-z_]+`, 'g'),
          (other) => `--${other.replaceAll('_', '-')}`,
        );
    }, message);
}
