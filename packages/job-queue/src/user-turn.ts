import type { Job } from 'bullmq';
import type { Clock } from '@ktrdr/orchestrator';
import type { JobReport, QueuedJob } from './messages.js';

/** How often, and after which time, ms, those that draw a number in the same moment are looked at again. */
const LOOKS = 50;
const LOOK_AGAIN_MS = 20;

export interface UserTurnParts {
  clock: Clock;
  /** Jobs that workers have taken. */
  active: () => Promise<Job<QueuedJob<unknown>>[]>;
  /** Resolves when everybody sees the report. */
  write: (report: JobReport<never>) => Promise<void>;
  worker: string;
}

/**
 * Whether a job that was just taken may run, where so many of one user's may at a time. Any number of workers decide at once, and
 * never let too many through: each job draws a number above those that it sees, and counts the lower ones (Lamport's bakery).
 * A job that may not run goes back; its number counts as long as it is taken.
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
  for (let look = 0; look < LOOKS; look += 1) {
    const seen = await others();
    if (!seen.some(({ isDrawing }) => isDrawing)) {
      const before = seen.filter(
        ({ id, number }) =>
          number !== null && (number < mine || (number === mine && id < (job.id as string))),
      );
      return before.length < userLimit;
    }
    await parts.clock.sleep(LOOK_AGAIN_MS);
  }
  // one that draws for so long has lost its worker
  return false;
}

/** A job that has not drawn will see the numbers that are there now. */
function drawnBy(job: Job): { id: string; number: number | null; isDrawing: boolean } {
  const report = job.progress as Partial<JobReport<unknown>> | number;
  const isNow = typeof report === 'object' && report.run === job.attemptsStarted;
  const number = isNow ? (report.number ?? null) : null;
  return { id: job.id as string, number, isDrawing: isNow && report.number === null };
}
