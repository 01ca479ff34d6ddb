/**
 * The program of a lane's thread: trains one member after the other with its own engine. It stops at a batch, when it is asked to,
 * because a thread that is terminated within native code takes the process with it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { errorRecord } from '@ktrdr/contracts';
import { createEngine } from '../engines/create-engine.js';
import { arithmetic, treatDenormalsAsZero } from '../engines/onnx/denormals.js';
import { TrainingCancelledError } from '../loop/training-cancelled-error.js';
import { trainingFailure } from '../loop/training-failure.js';
import type { LaneData, LaneMessage, LaneRequest } from './lane-messages.js';
import { trainMember } from './member.js';

const ALIVE_MS = 1_000;
const port = parentPort!;
const { engine: name, denormalsAsZero } = workerData as LaneData;
if (denormalsAsZero) treatDenormalsAsZero();
// oxlint-disable-next-line no-restricted-properties -- the entry of a thread passes the clock in, as that of a process
const clock = { now: () => Date.now() };
const engine = createEngine(name);
let alive: NodeJS.Timeout | undefined;
let controller = new AbortController();
let isAwaited = false;

function send(message: LaneMessage): void {
  port.postMessage(message);
}

async function train({ task, from, last }: Extract<LaneRequest, { type: 'train' }>): Promise<void> {
  controller = new AbortController();
  isAwaited = false;
  try {
    const trained = await trainMember(
      task,
      {
        from,
        signal: controller.signal,
        onProgress: (progress, ended) => send({ type: 'progress', progress, ended }),
        checkpoints: {
          get isDue() {
            return isAwaited;
          },
          last,
          async write(capture) {
            isAwaited = false;
            send({ type: 'state', state: await capture() });
          },
        },
      },
      { engine: await engine, clock },
    );
    send({ type: 'trained', trained });
  } catch (error) {
    send(
      error instanceof TrainingCancelledError
        ? { type: 'cancelled' }
        : { type: 'failed', error: errorRecord(trainingFailure(error)) },
    );
  }
}

async function begin(): Promise<void> {
  await engine;
  alive = setInterval(() => send({ type: 'alive' }), ALIVE_MS);
  send({ type: 'ready', arithmetic: arithmetic() });
}

async function end(): Promise<void> {
  const loaded = await engine;
  clearInterval(alive);
  loaded.dispose();
  port.close();
}

port.on('message', (request: LaneRequest) => {
  switch (request.type) {
    case 'train':
      void train(request);
      break;
    case 'capture':
      isAwaited = true;
      break;
    case 'stop':
      controller.abort();
      break;
    case 'end':
      void end();
      break;
  }
});
void begin();
