import { createInterface } from 'node:readline';
import type { CommandContext } from './context.js';

/** Asks on the terminal until yes or no is typed. Only enter means no, and so does the end of the input. */
export function confirm({ input, output }: CommandContext, question: string): Promise<boolean> {
  const lines = createInterface({ input, terminal: false });
  return new Promise((resolve) => {
    let confirmed = false;
    const ask = (): unknown => output.stderr.write(`${question} [y/N] `);
    lines.on('line', (line) => {
      const typed = line.trim().toLowerCase();
      if (!['y', 'yes', 'n', 'no', ''].includes(typed)) return ask();
      confirmed = typed.startsWith('y');
      return lines.close();
    });
    lines.once('close', () => resolve(confirmed));
    ask();
  });
}
