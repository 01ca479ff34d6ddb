import type { QueueReader } from '../messages.js';

/** Takes every value: for jobs that only a test or a benchmark adds. */
export function anyReader<TData, TReport, TOutcome, TDescription>(): QueueReader<
  TData,
  TReport,
  TOutcome,
  TDescription
> {
  const asItIs = <T>(value: unknown): T => value as T;
  return { job: asItIs, report: asItIs, outcome: asItIs, message: asItIs, worker: asItIs };
}
