import type { Queue } from 'bullmq';
import type { Clock } from '@ktrdr/orchestrator';
import type { JobState, JobWatch } from './job-state.js';
import { within } from './within.js';

/** Timeout of a request to the queue, ms. */
export const RESPONSE_TIMEOUT_MS = 2_000;
/** Poll a job after this long without an update (ms). */
const SILENT_MS = 2_000;
/** Maximum number of silent jobs queried per poll. */
const MAX_QUERIES_PER_POLL = 200;
/**
 * Jobs with fewer than this many ahead get their place at every poll. Others get it less often: after `PLACE_MS` for
 * each followed job.
 */
const FRONT_PLACES = 20;
const PLACE_MS = 25;

type Watches<TReport, TOutcome> = ReadonlyMap<string, JobWatch<TReport, TOutcome>>;

/** Tells the followers of waiting jobs how many jobs are ahead. */
export async function pollWaiting<TReport, TOutcome>(
  watches: Watches<TReport, TOutcome>,
  queue: Queue,
  clock: Clock,
): Promise<void> {
  const isSettled = ({ state }: JobWatch<TReport, TOutcome>) =>
    state !== null && state.state !== 'waiting' && state.state !== 'unreachable';
  if ([...watches.values()].every(isSettled)) return;
  const ids = await within(queue.getRanges(['prioritized', 'waiting'], 0, -1, true), RESPONSE_TIMEOUT_MS);
  const now = clock.monotonic();
  // in a long queue, all places change at every poll, and each reported place is stored
  const tellEvery = watches.size * PLACE_MS;
  for (const [ahead, jobId] of ids.entries()) {
    const watch = watches.get(jobId);
    if (watch === undefined || isSettled(watch)) continue;
    watch.heardAt = now;
    const known = watch.state?.state === 'waiting' ? watch.state.ahead : null;
    if (known === ahead) continue;
    if (known !== null && ahead >= FRONT_PLACES && now - watch.placedAt < tellEvery) continue;
    watch.placedAt = now;
    watch.set({ state: 'waiting', ahead });
  }
}

/** Asks for the states of jobs without updates, because events may get lost. */
export async function pollSilent<TReport, TOutcome>(
  watches: Watches<TReport, TOutcome>,
  stateOf: (jobId: string) => Promise<JobState<TReport, TOutcome>>,
  clock: Clock,
): Promise<void> {
  const now = clock.monotonic();
  const silent = [...watches]
    .filter(([, { heardAt, state }]) => now - heardAt > SILENT_MS && state?.state !== 'completed')
    .slice(0, MAX_QUERIES_PER_POLL);
  for (const [jobId, watch] of silent) {
    const state = await stateOf(jobId);
    // a newer event arrived meanwhile
    if (watch.heardAt > now) continue;
    watch.heardAt = clock.monotonic();
    watch.set(state);
  }
}
