import type { LoadOptions } from '../load-strategy.js';
import { keepStrategy, keptStrategy, type ParsedStrategy } from '../parse-strategy.js';
import type { BackgroundThread } from './background-thread.js';

/** `parseStrategy` in a thread. A kept result needs no round trip. @throws as `parseStrategy` and `BackgroundThread.run` */
export async function parseInThread(
  thread: BackgroundThread,
  text: string,
  options: LoadOptions,
): Promise<ParsedStrategy> {
  return (
    keptStrategy(text, options) ??
    keepStrategy(text, options, await thread.run('parseStrategy', text, options))
  );
}
