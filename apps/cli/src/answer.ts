import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-code.js';
import type { ReadOptions } from './read-options.js';
import { type Screen, screenOf } from './screen.js';

/** How a command shows a value of type `T`. */
export interface Shown<T> {
  /** For a person. */
  view: (value: T, screen: Screen) => string;
  /** `--quiet`: names and ids, one a line. */
  names: (value: T) => readonly string[];
}

/** Prints the answer of a command: with `--json` the value, with `--quiet` its names, otherwise a view. */
export function answer<T>(
  context: CommandContext,
  { json, quiet }: ReadOptions,
  value: T,
  { view, names }: Shown<T>,
): ExitCode {
  const { output } = context;
  if (json) output.json(value);
  else if (quiet) for (const name of names(value)) output.out(name);
  else output.out(view(value, screenOf(context)));
  return EXIT.completed;
}
