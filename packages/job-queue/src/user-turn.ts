import type { Job } from 'bullmq';
import type { Clock } from '@ktrdr/orchestrator';
import type { JobReport, QueuedJob } from './messages.js';

/** Number of checks, and time between two (ms), while other jobs of the user draw their numbers. */
const MAX_CHECKS = 50;
const CHECK_AGAIN_MS = 20;

/** What `isUsersTurn` needs. */
export interface UserTurnParts {
  clock: Clock;
  /** Jobs that workers have. */
  active: () => Promise<Job<QueuedJob<unknown>>[]>;
  /** Resolves when all workers see the report. */
  write: (report: JobReport<never>) => Promise<void>;
  worker: string;
}

/**
 * Decides whether a job that was just taken may run under its user's limit. Any number of workers decide at the same
 * time without exceeding the limit (Lamport's bakery algorithm): each job draws a number above those it sees, then
 * counts the jobs with lower numbers. A job that may not run is returned; its number counts as long as a worker has it.
 */
export async function isUsersTurn(job: Job<QueuedJob<unknown>>, parts: UserTurnParts): Promise<boolean> {
  const { user, userLimit } = job.data;
  if (user === null || userLimit === 0) return true;
  const report = (number: number | null) => ({
    run: job.attemptsStarted,
    worker: parts.worker,
    begun: false,
    report: null,
    number,
    undecided: true as const,
  });
  const others = async () =>
    (await parts.active()).filter((other) => other.data.user === user && other.id !== job.id).map(drawnBy);
  await parts.write(report(null));
  const highest = (await others()).reduce((most, { number }) => Math.max(most, number ?? 0), 0);
  const mine = highest + 1;
  await parts.write(report(mine));
  for (let look = 0; look < MAX_CHECKS; look += 1) {
    const seen = await others();
    if (!seen.some(({ isDrawing }) => isDrawing)) {
      const before = seen.filter(
        ({ id, number }) =>
          number !== null && (number < mine || (number === mine && id < (job.id as string))),
      );
      return before.length < userLimit;
    }
    await parts.clock.sleep(CHECK_AGAIN_MS);
  }
  // a job that draws for this long has lost its worker
  return false;
}

/** The number drawn by a job. A job that has not drawn yet will see the existing numbers. */
function drawnBy(job: Job): { id: string; number: number | null; isDrawing: boolean } {
  const report = job.progress as Partial<JobReport<unknown>> | number;
  const isNow = typeof report === 'object' && report.run === job.attemptsStarted;
  const number = isNow ? (report.number ?? null) : null;
  return { id: job.id as string, number, isDrawing: isNow && report.number === null };
}
