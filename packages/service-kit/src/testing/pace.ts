/**
 * Loaded into the processes of a sandbox by `--import`. A training whose strategy has a line `# pace: 5 ms a step` waits that long
 * before each step of its network. A test that waits for something else then leaves the processor to other tests.
 * With `# pace: 5 ms a step until /folder/file`, the training waits only until that file exists.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrainingSpec } from '@ktrdr/contracts';

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
  prototype.run = async function paced(...args) {
    if (until === undefined || !existsSync(until)) await sleep(ms);
    return run.apply(this, args);
  };
}
