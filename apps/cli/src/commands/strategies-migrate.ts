import { printable, type MigrateStrategyRequest, type MigrateStrategyResponse } from '@ktrdr/contracts';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readStrategyFile } from '../strategy-file.js';
import { issueLine } from '../views/issues-view.js';
import type { ReadOptions } from '../read-options.js';

/** `ktrdr strategies migrate FILE`: prints the migrated file on stdout and notes about it on stderr. */
export async function migrateStrategy(
  context: CommandContext,
  file: string,
  { json, verbose }: ReadOptions,
): Promise<ExitCode> {
  const { output } = context;
  const request: MigrateStrategyRequest = { strategy: await readStrategyFile(file), strategy_file: file };
  const migrated = await openApi(context, { verbose }).post<MigrateStrategyResponse>(
    '/strategies/migrate',
    request,
  );
  if (json) {
    output.json(migrated);
    return EXIT.completed;
  }
  output.raw(migrated.strategy);
  for (const note of migrated.notes) output.err(output.errorStyle.yellow(printable(note)));
  for (const issue of migrated.issues) output.err(issueLine(issue));
  return EXIT.completed;
}
