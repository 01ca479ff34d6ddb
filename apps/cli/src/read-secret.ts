import { CliError } from './cli-error.js';
import type { CommandContext } from './context.js';
import { EXIT } from './exit-code.js';

/** Maximum length of the input, in characters. */
const MAX_LENGTH = 4_096;

const INTERRUPT = '\u0003';
const END_OF_INPUT = '\u0004';
const BACKSPACES = new Set(['\u007f', '\b']);

/**
 * Reads a secret: on a terminal without showing it, otherwise the first line of stdin.
 *
 * @throws CliError after Ctrl+C
 */
export async function readSecret(context: CommandContext, question: string): Promise<string> {
  const { input, output } = context;
  if (input.isTTY !== true || input.setRawMode === undefined) return readLine(context);
  output.stderr.write(question);
  input.setRawMode(true);
  try {
    return await readKeys(context);
  } finally {
    input.setRawMode(false);
    output.stderr.write('\n');
  }
}

async function readLine({ input }: CommandContext): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += String(chunk);
    if (text.includes('\n') || text.length > MAX_LENGTH) break;
  }
  return (text.split('\n', 1)[0] ?? '').trim();
}

function readKeys({ input }: CommandContext): Promise<string> {
  let typed = '';
  return new Promise((resolve, reject) => {
    const end = (error: Error | null): void => {
      input.removeListener('data', hear);
      input.pause();
      if (error === null) resolve(typed.trim());
      else reject(error);
    };
    const hear = (chunk: Buffer | string): void => {
      for (const key of String(chunk)) {
        if (key === INTERRUPT) return end(new CliError('Nothing was saved.', EXIT.cancelled));
        if (key === '\r' || key === '\n' || key === END_OF_INPUT) return end(null);
        if (BACKSPACES.has(key)) typed = typed.slice(0, -1);
        else if (typed.length < MAX_LENGTH) typed += key;
      }
    };
    input.on('data', hear);
    input.once('end', () => end(null));
    input.resume();
  });
}
