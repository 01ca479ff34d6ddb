import { Job } from 'bullmq';

/** Longest data and result of a job, as JSON (characters). */
const MOST = { data: 8 * 1_048_576, result: 32 * 1_048_576 } as const;

/** The stored form of a job. */
type StoredJob = Parameters<typeof Job.fromJSON>[1];

/**
 * Makes a queue or a worker leave out the data and the result of a job before they are parsed, if they are too long: whoever has access
 * to the queue may have written them.
 */
export function withBoundedJobs<T extends object>(part: T): T {
  class BoundedJob extends Job {}
  BoundedJob.fromJSON = ((queue, json: StoredJob, jobId) =>
    Job.fromJSON.call(BoundedJob, queue, bounded(json), jobId)) as typeof Job.fromJSON;
  return Object.defineProperty(part, 'Job', { value: BoundedJob });
}

function bounded(json: StoredJob): StoredJob {
  const { data, returnvalue } = json as { data?: unknown; returnvalue?: unknown };
  return {
    ...json,
    ...(isLonger(data, MOST.data) ? { data: tooLong(data) } : {}),
    ...(isLonger(returnvalue, MOST.result) ? { returnvalue: tooLong(returnvalue) } : {}),
  };
}

function isLonger(text: unknown, most: number): text is string {
  return typeof text === 'string' && text.length > most;
}

function tooLong(text: string): string {
  return JSON.stringify({ left_out: `${text.length} characters are more than a job may have` });
}
