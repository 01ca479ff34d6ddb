import { printable } from '@ktrdr/contracts';
import type { Style } from '../style.js';

/** A line for each warning. */
export function warningsView(warnings: readonly string[], style: Style): string {
  return warnings.map((warning) => `  ${style.yellow('warning:')} ${printable(warning)}`).join('\n');
}
