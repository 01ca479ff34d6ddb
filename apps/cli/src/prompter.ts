import { createInterface, type Interface } from 'node:readline';
import type { CommandContext } from './context.js';

/**
 * Asks questions in the terminal. Close it after use. A line that was typed before its question is ignored: nobody answers what
 * they have not seen.
 */
export class Prompter {
  private readonly lines: Interface;
  private waiting: ((line: string | null) => void) | null = null;
  private ended = false;

  constructor(private readonly context: Pick<CommandContext, 'input' | 'output'>) {
    this.lines = createInterface({ input: context.input, terminal: false });
    this.lines.on('line', (line) => this.waiting?.(line.trim()));
    this.lines.once('close', () => {
      this.ended = true;
      this.waiting?.(null);
    });
  }

  /** Asks, and returns the trimmed line; `null` at the end of the input. @throws the signal's reason */
  async ask(question: string, signal: AbortSignal): Promise<string | null> {
    signal.throwIfAborted();
    this.context.output.stderr.write(`${question} `);
    if (this.ended) return null;
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.waiting = null;
        this.context.output.stderr.write('\n');
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', abort, { once: true });
      this.waiting = (answer) => {
        this.waiting = null;
        signal.removeEventListener('abort', abort);
        resolve(answer);
      };
    });
  }

  /** Asks until the answer is yes or no. An empty line means yes, the end of the input no. */
  async confirm(question: string, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      const answer = (await this.ask(`${question} [Y/n]`, signal))?.toLowerCase();
      if (answer === undefined) return false;
      if (['', 'y', 'yes'].includes(answer)) return true;
      if (['n', 'no'].includes(answer)) return false;
    }
  }

  /** Prints text between two questions. */
  say(text: string): void {
    this.context.output.err(text);
  }

  close(): void {
    this.lines.close();
  }
}
