import type { Command } from 'commander';
import type { AddCommand } from '../add-command.js';
import { DETACH, WATCH, YES } from '../common-options.js';
import { addFilters } from '../operation-filters.js';
import { integer } from '../option-values.js';

const OPERATION_ID = ['<id>', 'operation id'] as const;
const OPERATION_IDS = ['[id...]', 'operation ids; or choose operations with the options below'] as const;

/** The commands of `ktrdr operations`. */
export function defineOperations(operations: Command, add: AddCommand): void {
  addFilters(
    add(operations, 'list', 'operations, newest first', () =>
      import('../commands/operations-list.js').then(({ listOperations }) => listOperations),
    ),
  )
    .option('--limit <number>', 'at most this many (default 50)', integer)
    .option('--offset <number>', 'skip this many newer ones', integer)
    .option(...WATCH);
  add(operations, 'show', 'one operation and its result', () =>
    import('../commands/operations-show.js').then(({ showOperation }) => showOperation),
  ).argument(...OPERATION_ID);
  add(operations, 'follow', 'show progress to the end; Ctrl+C detaches', () =>
    import('../commands/operations-follow.js').then(({ followToItsEnd }) => followToItsEnd),
  ).argument(...OPERATION_ID);
  addFilters(
    add(operations, 'cancel', 'cancel operations and wait until their work has ended', () =>
      import('../commands/operations-cancel.js').then(({ cancelOperation }) => cancelOperation),
    ).argument(...OPERATION_IDS),
  )
    .option('--reason <text>', 'reason, stored with the operation (default: command, user and machine)')
    .option('--force', 'skip the grace time')
    .option(...YES);
  addFilters(
    add(operations, 'resume', 'continue cancelled or failed operations from their checkpoints', () =>
      import('../commands/operations-again.js').then(({ resumeOperation }) => resumeOperation),
    ).argument(...OPERATION_IDS),
  )
    .option(...YES)
    .option(...DETACH);
  addFilters(
    add(operations, 'retry', 'start cancelled or failed operations again from the beginning', () =>
      import('../commands/operations-again.js').then(({ retryOperation }) => retryOperation),
    ).argument(...OPERATION_IDS),
  )
    .option(...YES)
    .option(...DETACH);
  add(operations, 'prune', 'remove the records of old operations, after a confirmation', () =>
    import('../commands/operations-prune.js').then(({ pruneOperations }) => pruneOperations),
  )
    .requiredOption('--older-than <days>', 'ended at least this many days ago', integer)
    .option(...YES);
}
