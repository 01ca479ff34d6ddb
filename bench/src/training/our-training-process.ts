/**
 * Program: trains one case with the product's own loop and answers requests as the programs of `bench/peers/training` do
 * (`protocol.py` describes them): shuffling, gathering rows, dropout masks, metrics, validation, progress and cancellation checks are
 * part of the work. A unit of work is an epoch. Argument: the engine.
 */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { ENGINE_NAMES } from '@ktrdr/contracts';
import { createEngine, Progress, runTrainingLoop, treatDenormalsAsZero, type DataPart } from '@ktrdr/trainer';
import { caseLoop, type StoredCase } from '../training-cases.js';

interface Request {
  case: StoredCase;
  seconds?: number;
  epochs?: number;
}

treatDenormalsAsZero();
const name = ENGINE_NAMES.find((known) => known === process.argv[2]);
if (name === undefined) throw new Error(`unknown engine ${process.argv[2]}`);
const requests = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function nextRequest(): Promise<Request | null> {
  const { done, value } = await requests.next();
  return done === true ? null : (JSON.parse(value) as Request);
}

async function readPart({ features, targets, steps, rows }: StoredCase): Promise<DataPart> {
  const [values, labels] = await Promise.all([readFile(features), readFile(targets)]);
  return {
    features: new Float32Array(values.buffer, values.byteOffset, values.length / 4),
    windowEnds: Int32Array.from({ length: rows }, (_, row) => row + steps - 1),
    targets: new Int32Array(labels.buffer, labels.byteOffset, labels.length / 4),
    weights: null,
  };
}

/** Trains until the input ends. */
async function train(first: Request): Promise<void> {
  let request = first;
  let begin = performance.now();
  let processor = process.cpuUsage();
  let epochs = 0;
  let firstEpoch: number | null = null;
  const one = first.case;
  const part = await readPart(one);
  const engine = await createEngine(name!);
  await runTrainingLoop({
    ...caseLoop(one, part, first.epochs),
    engine,
    signal: new AbortController().signal,
    clock: { now: () => Date.now() },
    callbacks: [
      new Progress(() => {}, { now: () => Date.now() }),
      {
        onEpochEnd: async (epoch) => {
          epochs += 1;
          const seconds = (performance.now() - begin) / 1000;
          firstEpoch ??= seconds;
          if (request.epochs === undefined ? seconds < request.seconds! : epochs < request.epochs)
            return undefined;
          const { user, system } = process.cpuUsage(processor);
          const answer = {
            samples: epochs * one.rows,
            seconds,
            first_s: firstEpoch,
            loss: epoch.trainLoss,
            processor_s: (user + system) / 1e6,
            versions: `Node ${process.versions.node}`,
          };
          process.stdout.write(`${JSON.stringify(answer)}\n`);
          const next = await nextRequest();
          if (next === null) return 'the input has ended';
          request = next;
          epochs = 0;
          processor = process.cpuUsage();
          begin = performance.now();
          return undefined;
        },
      },
    ],
  });
  engine.dispose();
}

const request = await nextRequest();
if (request !== null) await train(request);
