import type { OperationHistory } from '@ktrdr/contracts';
import { operationPath } from '../api-client.js';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { operationView } from '../views/operations-view.js';
import { screenOf } from '../screen.js';
import type { ReadOptions } from '../read-options.js';

export async function showOperation(
  context: CommandContext,
  id: string,
  { json, quiet, verbose }: ReadOptions,
): Promise<ExitCode> {
  const { output } = context;
  const api = openApi(context, { verbose });
  const operation = await api.operation(id);
  if (json) {
    output.json(operation);
    return EXIT.completed;
  }
  if (quiet) {
    output.out(operation.status);
    return EXIT.completed;
  }
  const { history } = await api.get<OperationHistory>(`${operationPath(id)}/history`);
  output.out(operationView(operation, history, { ...screenOf(context), verbose }));
  return EXIT.completed;
}
