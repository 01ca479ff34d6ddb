/**
 * Loaded by `--import` into the processes of a service. In a training process it writes when the process started, got its request,
 * entered each phase and had trained its first batch, to the file `operation id`.json in `KTRDR_BENCH_MARKS`. All times are Unix times, ms.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainingProgressUpdate } from '@ktrdr/contracts';

/** When a training process reached each point, Unix time, ms. */
export interface TrainerMarks {
  pid: number;
  /** The process began to load. */
  started: number;
  /** It was ready for a request. */
  ready: number;
  /** It had its request. */
  requested: number;
  phases: Record<string, number>;
  firstBatch: number;
}

interface Sent {
  type?: string;
  update?: TrainingProgressUpdate;
}

const folder = process.env.KTRDR_BENCH_MARKS;
const send = process.send?.bind(process) as ((...all: unknown[]) => boolean) | undefined;

function now(): number {
  return performance.timeOrigin + performance.now();
}

if (folder !== undefined && send !== undefined && process.argv[1]?.endsWith('trainer-child.js')) {
  const marks: TrainerMarks = {
    pid: process.pid,
    started: performance.timeOrigin,
    ready: Number.NaN,
    requested: Number.NaN,
    phases: {},
    firstBatch: Number.NaN,
  };
  let operationId = '';
  process.on('message', (message: { type: string; request?: { operationId: string } }) => {
    if (message.type !== 'start') return;
    operationId = message.request?.operationId ?? '';
    marks.requested = now();
  });
  const watched = (message: Sent, ...others: unknown[]): boolean => {
    if (message.type === 'ready') marks.ready = now();
    const { update } = message;
    if (update !== undefined) {
      marks.phases[update.phase] ??= now();
      if (update.current_batch !== null && Number.isNaN(marks.firstBatch)) {
        marks.firstBatch = now();
        writeFileSync(join(folder, `${operationId}.json`), JSON.stringify(marks));
      }
    }
    return send(message, ...others);
  };
  process.send = watched as typeof process.send;
}
