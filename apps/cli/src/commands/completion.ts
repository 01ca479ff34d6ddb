import { UsageError } from '../cli-error.js';
import { SHELLS } from '../completion/complete.js';
import { SCRIPTS } from '../completion/scripts.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { nearest } from '../nearest.js';
import type { ReadOptions } from '../read-options.js';

/** `ktrdr completion SHELL`: prints the script that the shell must read. */
export async function printCompletion(
  { output }: CommandContext,
  typed: string,
  { json }: ReadOptions,
): Promise<ExitCode> {
  const shell = SHELLS.find((known) => known === typed);
  if (shell === undefined) {
    const meant = nearest(typed, SHELLS);
    throw new UsageError(
      `'${typed}' is not one of ${SHELLS.join(', ')}.${meant === null ? '' : ` Did you mean ${meant}?`}`,
    );
  }
  if (json) output.json({ shell, script: SCRIPTS[shell] });
  else output.raw(SCRIPTS[shell]);
  return EXIT.completed;
}
