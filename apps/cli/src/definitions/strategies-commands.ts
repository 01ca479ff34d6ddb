import type { Command } from 'commander';
import type { AddCommand } from '../add-command.js';
import { WATCH } from '../common-options.js';

/** The commands of `ktrdr strategies`. */
export function defineStrategies(strategies: Command, add: AddCommand): void {
  add(strategies, 'list', "strategy files in the API's folder", () =>
    import('../commands/strategies-list.js').then(({ listStrategies }) => listStrategies),
  ).option(...WATCH);
  add(strategies, 'validate', 'every problem of a file, with line and column', () =>
    import('../commands/strategies-validate.js').then(({ validateStrategies }) => validateStrategies),
  ).argument('<file...>', 'strategy files');
  add(strategies, 'migrate', 'print a v2 file in the current grammar (v3)', () =>
    import('../commands/strategies-migrate.js').then(({ migrateStrategy }) => migrateStrategy),
  ).argument('<file>', 'strategy file');
}
