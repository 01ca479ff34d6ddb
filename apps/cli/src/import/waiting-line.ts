import { type Clock, truncate } from '@ktrdr/contracts';
import type { Output } from '../output.js';
import { formatDuration } from '../progress/duration.js';
import { SPINNER } from '../progress/progress-frame.js';

/** Work that ends sooner needs no line. */
const QUIET_MS = 400;
const FRAME_MS = 100;
const CLEAR_LINE = '\r\u001b[K';

/** Shows on one line of the terminal what the API does, while it does not say how far it is: `⠹ Reading bars.csv  elapsed 12s`. */
export async function withWaitingLine<T>(
  output: Output,
  clock: Pick<Clock, 'now'>,
  text: string,
  work: () => Promise<T>,
): Promise<T> {
  const startedAt = clock.now();
  let frame = 0;
  const draw = (): void => {
    const waited = clock.now() - startedAt;
    if (waited < QUIET_MS) return;
    const elapsed = `  elapsed ${formatDuration(waited / 1000)}`;
    const shown = truncate(text, Math.max(10, output.columns - 3 - elapsed.length));
    const { cyan, bold, dim } = output.style;
    output.stdout.write(
      `${CLEAR_LINE}${cyan(SPINNER[frame++ % SPINNER.length] ?? ' ')} ${bold(shown)}${dim(elapsed)}`,
    );
  };
  const timer = setInterval(draw, FRAME_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (frame > 0) output.stdout.write(CLEAR_LINE);
  }
}
