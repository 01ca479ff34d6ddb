const STACK_FRAME = /^\s+at /;

/**
 * The line of a program's output that says why it failed: the last one with an error, or the last one. The files of a stack trace can
 * have "error" in their names too.
 */
export function lineOfError(output: readonly string[]): string | undefined {
  return output.findLast((line) => /error/i.test(line) && !STACK_FRAME.test(line)) ?? output.at(-1);
}
