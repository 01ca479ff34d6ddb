import { createInterface } from 'node:readline';
import type { CommandContext } from './context.js';

/** Asks on the terminal until the user types yes or no. An empty line or the end of the input means no. */
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
