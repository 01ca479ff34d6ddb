import { Batches } from '../loop/batches.js';
import { initialParameters } from '../network/initial-parameters.js';
import { windowLength } from '../network/model-spec.js';
import type { Engine } from '../engines/engine.js';
import type { TrialNetwork } from './trial-network.js';
import type { DataPart } from '../data/data-parts.js';

/** `now` in ms, with fractions. */
interface Clock {
  now(): number;
}

const STEPS = 20;
/** Time limit, ms: a network with slow steps is timed with fewer of them. */
const LONGEST = 2_000;
/** The first calls build graphs and warm up caches. */
const WARM_UP_CALLS = 2;
/** Learning rate, so small that no network diverges in a few steps. */
const LEARNING_RATE = 1e-6;
const SEED = 1;

/**
 * Trains the network on generated rows, with the same batches, masks and calls as the training loop.
 *
 * @returns median time of a step, ms
 * @throws Error if the engine computes numbers that are not finite
 */
export async function timeSteps(engine: Engine, network: TrialNetwork, clock: Clock): Promise<number> {
  const { model, optimiser, loss, batchSize } = network;
  await engine.init({
    model,
    optimiser,
    loss: loss.type === 'mse' || loss.type === 'huber' ? loss : { ...loss, classWeights: null },
    parameters: initialParameters(model, SEED),
    gradientNorms: false,
  });
  const atOnce = engine.stepsAtOnce(batchSize);
  const batches = new Batches(madeUpRows(network, batchSize * atOnce), model, batchSize, SEED);
  const call = async (): Promise<number> => {
    batches.startEpoch(1);
    const start = clock.now();
    const taken = batches.take(0, atOnce);
    await engine.step({ ...taken, learningRate: LEARNING_RATE });
    return (clock.now() - start) / taken.count;
  };
  const end = clock.now() + LONGEST;
  for (let calls = 0; calls < WARM_UP_CALLS && clock.now() < end; calls += 1) await call();
  const times: number[] = [];
  while (times.length === 0 || (times.length * atOnce < STEPS && clock.now() < end)) times.push(await call());
  const { parameters } = await engine.getState();
  if (!parameters.every(Number.isFinite)) throw new Error('it computed numbers that are not finite');
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

/** Windows of one short series, used repeatedly: their values do not affect the time. */
function madeUpRows({ model, loss }: TrialNetwork, rows: number): DataPart {
  const window = windowLength(model);
  const bars = window + Math.min(rows, 64);
  const isRegression = loss.type === 'mse' || loss.type === 'huber';
  return {
    features: Float32Array.from({ length: bars * model.inputs }, (_, index) => Math.sin(index)),
    windowEnds: Int32Array.from({ length: rows }, (_, row) => window - 1 + (row % (bars - window + 1))),
    targets: isRegression
      ? Float32Array.from({ length: rows }, (_, row) => Math.cos(row))
      : Int32Array.from({ length: rows }, (_, row) => row % model.outputs),
    weights: null,
  };
}
