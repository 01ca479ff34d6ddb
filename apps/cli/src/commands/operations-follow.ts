import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { superviseOperation } from '../supervise-operation.js';
import type { ReadOptions } from '../read-options.js';

export function followToItsEnd(context: CommandContext, id: string, options: ReadOptions): Promise<ExitCode> {
  return superviseOperation(context, { kind: 'follow', id }, options);
}
