import fc from 'fast-check';
import type { Target, TargetName } from './target.js';

/** What one run of a target found; one line of `fuzz/results.jsonl`. */
export interface FuzzReport {
  date: string;
  target: TargetName;
  seed: number;
  /** Cases that were checked. */
  cases: number;
  seconds: number;
  /** False: opened files and sockets were not traced, because strace is missing. */
  traced: boolean;
  /** `null`: nothing was found. */
  failure: FuzzFailure | null;
}

export interface FuzzFailure {
  /** What is wrong. */
  error: string;
  /** The smallest case that still fails, as JavaScript. */
  case: string;
  /** The command that repeats it. */
  repeat: string;
}

const LONGEST_CASE = 2_000;
/** Time to look for a smaller case, ms. */
const SHRINK_MS = 20_000;

/** Checks `runs` random cases of a target. The first failing case is shrunk, and ends the run. */
export async function fuzz(
  name: TargetName,
  target: Target<unknown>,
  { seed, runs, traced }: { seed: number; runs: number; traced: boolean },
): Promise<FuzzReport> {
  const started = performance.now();
  let failedAt: number | null = null;
  const property = fc.asyncProperty(target.cases, async (one) => {
    // out of time: no smaller case fails
    if (failedAt !== null && performance.now() - failedAt > SHRINK_MS) return;
    await target.check(one).catch((error: unknown) => {
      failedAt ??= performance.now();
      throw error;
    });
  });
  const found = await fc.check(property, { seed, numRuns: runs });
  return {
    date: new Date().toISOString().slice(0, 10),
    target: name,
    seed,
    cases: found.numRuns,
    seconds: Math.round((performance.now() - started) / 100) / 10,
    traced,
    failure: found.failed
      ? {
          error: String((found.errorInstance as Error | null)?.message ?? found.errorInstance),
          case: fc.stringify(found.counterexample?.[0]).slice(0, LONGEST_CASE),
          repeat: `npm run fuzz -- --target ${name} --seed ${seed} --runs ${found.numRuns}`,
        }
      : null,
  };
}
