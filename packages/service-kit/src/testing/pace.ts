/**
 * Loaded into the processes of a sandbox by `--import`. A training whose strategy has a line `# pace: 5 ms a step` waits that long
 * before each step of its network. A test that waits for something else then leaves the processor to other tests.
 * With `# pace: 5 ms a step until /folder/file`, the training waits only until that file exists, and each wait is longer than the one
 * before: the next epoch always comes, but a training of 60 epochs does not end before the file exists.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrainingSpec } from '@ktrdr/contracts';

/** Each wait until a file exists, as a multiple of the one before. */
const SLOWER = 1.05;
/** Longest time between two looks whether the file exists, ms. */
const LOOK_MS = 100;

interface Session {
  run: (this: Session, ...args: unknown[]) => Promise<unknown>;
}

const [, program = ''] = process.argv;

if (program.endsWith('trainer-child.js')) {
  process.once('message', ({ request }: { request?: TrainingSpec }) => {
    const pace = /^# pace: (\d+) ms a step(?: until (.+))?$/m.exec(request?.strategy ?? '');
    if (pace !== null) waitBeforeSteps(Number(pace[1]), pace[2]);
  });
}

function waitBeforeSteps(ms: number, until?: string): void {
  // the trainer's own copy
  const { InferenceSession } = createRequire(program)('onnxruntime-node') as {
    InferenceSession: { prototype: Session };
  };
  const { prototype } = InferenceSession;
  const { run } = prototype;
  let wait = ms;
  prototype.run = async function paced(...args) {
    if (until === undefined) await sleep(ms);
    else {
      await untilFile(until, wait);
      wait *= SLOWER;
    }
    return run.apply(this, args);
  };
}

/** Waits until the file exists, at most this long. */
async function untilFile(path: string, longestMs: number): Promise<void> {
  const end = performance.now() + longestMs;
  while (performance.now() < end && !existsSync(path)) await sleep(Math.min(LOOK_MS, longestMs));
}
