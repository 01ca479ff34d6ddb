import type { Clock } from '@ktrdr/orchestrator';

/** What a log line says about an error of the connection: a stack of the driver helps nobody. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  // Node joins the failures of several addresses of one name into an error without a message
  return error.message || code || error.name;
}

/** @param since monotonic ms */
export function secondsSince(since: number, clock: Clock): number {
  return Math.round((clock.monotonic() - since) / 100) / 10;
}
