import type { Command } from 'commander';
import type { AddCommand } from '../add-command.js';
import { DETACH } from '../common-options.js';
import { integer, number } from '../option-values.js';

/** The commands of `ktrdr dummy`. */
export function defineDummy(dummy: Command, add: AddCommand): void {
  add(dummy, 'start', 'start a dummy operation and show its progress', () =>
    import('../commands/dummy-start.js').then(({ startDummy }) => startDummy),
  )
    .option('--duration <seconds>', 'duration of an iteration (default 2)', number)
    .option('--iterations <number>', 'default 100', integer)
    .option(...DETACH);
}
