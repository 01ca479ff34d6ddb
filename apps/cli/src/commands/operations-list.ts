import type { ListOperationsQuery, OperationList } from '@ktrdr/contracts';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { operationsView } from '../views/operations-view.js';
import type { ReadOptions } from '../read-options.js';

export async function listOperations(
  context: CommandContext,
  { json, verbose, ...query }: ListOperationsQuery & ReadOptions,
): Promise<ExitCode> {
  const { output, clock } = context;
  const list = await openApi(context, { verbose }).get<OperationList>('/operations', query);
  if (json) {
    output.json(list);
  } else {
    const { columns, style } = output;
    output.out(operationsView(list, { offset: query.offset ?? 0, columns, now: clock.now(), style }));
  }
  return EXIT.completed;
}
