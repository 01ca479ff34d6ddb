import { answer } from './answer.js';
import { type CommandContext, openApi } from './context.js';
import type { ExitCode } from './exit-code.js';
import type { ListCommand, ListOptions } from './list-command.js';

/** Shows a list once, or with `--watch` until Ctrl+C. */
export async function showList<T>(
  context: CommandContext,
  options: ListOptions,
  list: ListCommand<T>,
): Promise<ExitCode> {
  if (options.watch) {
    const { watchList } = await import('./watch/watch-list.js');
    return watchList(context, options, list);
  }
  const value = await list.load(openApi(context, options));
  return answer(context, options, value, list);
}
