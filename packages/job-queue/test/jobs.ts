/** Jobs for the queue's tests, and helpers that wait for them. */
import { systemClock } from '@ktrdr/orchestrator';
import { RecordingLogger } from '@ktrdr/orchestrator/testing';
import { anyReader } from '../src/testing/index.js';
import { KtrdrError } from '@ktrdr/contracts';
import { JobQueue, JobWorker } from '../src/index.js';
import type { JobState, QueuedJob, QueueReader, WorkedJob } from '../src/index.js';

export type Data = { words: string };
export type Report = { step: number };
export type Outcome = { done: string };
export type Description = { engine: string };
export type Work = (job: WorkedJob<Data, Report>) => Promise<Outcome>;
export type Queue = JobQueue<Data, Report, Outcome, Description>;
export type Worker = JobWorker<Data, Report, Outcome, Description>;

/** Refuses a job, a report and an outcome that are not those of the tests. */
export const READER: QueueReader<Data, Report, Outcome, Description> = {
  ...anyReader<Data, Report, Outcome, Description>(),
  job: (value) => {
    const { data } = value as QueuedJob<Data>;
    if (typeof data?.words !== 'string') throw new KtrdrError('host_refused', 'data.words must be string');
    return value as QueuedJob<Data>;
  },
  outcome: (value) => {
    if (typeof (value as Outcome | null)?.done !== 'string')
      throw new KtrdrError('host_refused', 'done must be string');
    return value as Outcome;
  },
};

/** Short, because tests wait for it. */
export const LEASE_MS = 2_500;
const WAIT_MS = 90_000;

/** The first delivery waits until it has to stop. The second one completes. */
export const secondTime: Work = async (held) => {
  if (held.delivery === 1) await new Promise<void>((resolve) => held.onStop(() => resolve()));
  return { done: `delivery ${held.delivery}` };
};

/** What a queue and its workers share. */
export const partsOf = (url: string, queue: string, logger = new RecordingLogger()) => ({
  url,
  queue,
  clock: systemClock,
  logger,
  reader: READER,
});

export const queueOf = (parts: ReturnType<typeof partsOf>): Queue => new JobQueue(parts);

/** A worker that takes one job at a time. It answers with the job's words if it gets no other work. */
export const workerOf = (
  parts: ReturnType<typeof partsOf>,
  work: Work = async ({ data }) => ({ done: data.words }),
  leaseMs = LEASE_MS,
): Worker =>
  new JobWorker({
    ...parts,
    name: 'one',
    concurrency: 1,
    leaseMs,
    describe: async () => ({ engine: 'onnx' }),
    work,
  });

export const job = (words: string, user: string | null = null, userLimit = 0) => ({
  data: { words },
  user,
  userLimit,
});

/** Follows a job until a state passes `fits`. With `begin`, lets the job's work begin. */
export async function follow(
  queue: Queue,
  jobId: string,
  fits: (state: JobState<Report, Outcome>) => boolean,
  begin = true,
): Promise<JobState<Report, Outcome>> {
  const watch = queue.follow(jobId);
  const tooLong = setTimeout(() => void watch.return(), WAIT_MS);
  let last: JobState<Report, Outcome> | null = null;
  for await (const state of watch) {
    last = state;
    if (begin && state.state === 'taken' && !state.begun) {
      await queue.tell(jobId, state.worker, { type: 'begin', run: state.delivery });
    }
    if (fits(state)) {
      clearTimeout(tooLong);
      return state;
    }
  }
  throw new Error(`the last state was ${JSON.stringify(last)}`);
}

/** Waits until the queue responds. */
export async function untilAnswers(queue: Queue): Promise<void> {
  const end = performance.now() + WAIT_MS;
  for (;;) {
    try {
      return await queue.check();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await systemClock.sleep(100);
  }
}

export const ended = ({ state }: JobState<Report, Outcome>) =>
  state === 'completed' || state === 'failed' || state === 'missing';
