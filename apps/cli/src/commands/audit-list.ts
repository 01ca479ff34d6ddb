import type { AuditList, ListAuditQuery } from '@ktrdr/contracts';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import { auditView } from '../views/access-view.js';

/** `ktrdr audit list` */
export async function listAudit(
  context: CommandContext,
  { json, verbose, ...query }: ListAuditQuery & ReadOptions,
): Promise<ExitCode> {
  const { output } = context;
  const list = await openApi(context, { verbose }).get<AuditList>('/audit', query);
  if (json) output.json(list);
  else output.out(auditView(list, { offset: query.offset ?? 0, style: output.style }));
  return EXIT.completed;
}
