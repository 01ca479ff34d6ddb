import type { Output } from './output.js';
import { warningsView } from './views/warnings-view.js';

/** Warnings about an answer, on stderr below it. */
export function noteWarnings(output: Output, warnings: readonly string[]): void {
  if (warnings.length > 0) output.note(`\n${warningsView(warnings, output.errorStyle)}`);
}
