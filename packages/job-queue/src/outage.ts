import type { Clock } from '@ktrdr/orchestrator';

/** A connection error as text for a log line, without the driver's stack. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  // if a name has several addresses, Node combines their errors into one without a message
  return error.message || code || error.name;
}

/** Whole seconds since a point in time. @param since monotonic ms */
export function secondsSince(since: number, clock: Clock): number {
  return Math.round((clock.monotonic() - since) / 100) / 10;
}
