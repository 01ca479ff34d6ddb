import type { Migration } from 'kysely';
import { operations } from './0001-operations.js';

/** By name, in the order in which they are applied. What was released once never changes. */
export function migrationsFor(dialect: 'sqlite' | 'postgres'): Record<string, Migration> {
  return { '0001_operations': operations(dialect) };
}
