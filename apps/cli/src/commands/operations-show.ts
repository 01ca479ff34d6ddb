import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { operationView } from '../views/operations-view.js';
import type { ReadOptions } from '../read-options.js';

export async function showOperation(
  context: CommandContext,
  id: string,
  { json, verbose }: ReadOptions,
): Promise<ExitCode> {
  const { output, clock } = context;
  const operation = await openApi(context, { verbose }).operation(id);
  if (json) output.json(operation);
  else output.out(operationView(operation, { now: clock.now(), verbose, style: output.style }));
  return EXIT.completed;
}
