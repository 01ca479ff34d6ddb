import type { Migration } from 'kysely';
import { operations } from './0001-operations.js';
import { upkeep } from './0002-upkeep.js';
import { trials } from './0003-trials.js';
import { access } from './0004-access.js';
import { search } from './0005-search.js';
import { records } from './0006-records.js';
import { webhooks } from './0007-webhooks.js';

/** All migrations by name, in the order in which they run. A released migration never changes. */
export function migrationsFor(dialect: 'sqlite' | 'postgres'): Record<string, Migration> {
  return {
    '0001_operations': operations(dialect),
    '0002_upkeep': upkeep(dialect),
    '0003_trials': trials(dialect),
    '0004_access': access(dialect),
    '0005_search': search(dialect),
    '0006_records': records(dialect),
    '0007_webhooks': webhooks(dialect),
  };
}
