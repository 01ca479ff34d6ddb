import type { EngineName } from '@ktrdr/contracts';
import { createEngine } from '../engines/create-engine.js';
import type { Engine, EngineSetup } from '../engines/engine.js';
import { initialParameters } from '../network/initial-parameters.js';
import type { LossSpec } from '../network/loss.js';
import type { ModelSpec } from '../network/model-spec.js';
import { OPTIMISER_TYPES, type OptimiserSpec } from '../network/optimiser.js';
import { forLoss, joined, LOSSES, networks, randomBatches } from './networks.js';

const STEPS = 50;
/** Rows of a batch. Few, because a software GPU takes milliseconds for a node, however small. */
const ROWS = 8;

/** What is trained, with clipping and weight decay. */
export interface AgreementCase {
  model: ModelSpec;
  optimiser: OptimiserSpec['type'];
  loss: LossSpec['type'];
}

/** How an engine trains a case, beside `onnx`. */
export interface Agreement extends AgreementCase {
  /** Largest relative difference of the losses over fifty steps. */
  difference: number;
  /** Whether a run that continues from the state in the middle ends with the same bytes. */
  resumes: boolean;
}

/** With more layers and steps than a GPU's program has buffers. */
const DEEP: ModelSpec[] = [
  {
    type: 'mlp',
    inputs: 5,
    layers: [8, 7, 6, 5, 4].map((units) => ({ units, activation: 'tanh', dropout: 0.1 })),
    outputs: 3,
  },
  { type: 'lstm', inputs: 3, sequenceLength: 13, hiddenSize: 4, layers: 2, dropout: 0.1, outputs: 3 },
  { type: 'gru', inputs: 3, sequenceLength: 11, hiddenSize: 4, layers: 2, dropout: 0.1, outputs: 3 },
  {
    type: 'cnn',
    inputs: 3,
    sequenceLength: 45,
    filters: [4],
    kernelSize: 9,
    poolSize: 9,
    activation: 'relu',
    layers: [{ units: 6, activation: 'relu', dropout: 0 }],
    outputs: 3,
  },
];

/** Every network with every optimiser, deep networks, and the mlp with every loss. */
export function allAgreementCases(): AgreementCase[] {
  const byOptimiser = networks('leaky_relu', 0.2).flatMap((model) =>
    OPTIMISER_TYPES.map((optimiser): AgreementCase => ({ model, optimiser, loss: 'cross_entropy' })),
  );
  const [{ model }] = byOptimiser as [AgreementCase];
  const others = LOSSES.filter(({ type }) => type !== 'cross_entropy');
  return [
    ...byOptimiser,
    ...DEEP.map((deep): AgreementCase => ({ model: deep, optimiser: 'adam', loss: 'cross_entropy' })),
    ...others.map((loss): AgreementCase => ({
      model: forLoss(model, loss),
      optimiser: 'adam',
      loss: loss.type,
    })),
  ];
}

/** Trains the cases on an engine and on `onnx`, one after the other. */
export async function compareWithOnnx(
  name: EngineName,
  cases: readonly AgreementCase[],
): Promise<Agreement[]> {
  const found: Agreement[] = [];
  for (const one of cases) {
    const expected = await train('onnx', one);
    const trained = await train(name, one);
    const differences = trained.losses.map((loss, step) => Math.abs(loss / expected.losses[step]! - 1));
    found.push({ ...one, difference: Math.max(...differences), resumes: trained.resumes });
  }
  return found;
}

async function train(name: EngineName, one: AgreementCase): Promise<{ losses: number[]; resumes: boolean }> {
  const setup = setupOf(one);
  const engine = await createEngine(name);
  try {
    await engine.init(setup);
    const losses = await steps(engine, setup, 0, STEPS / 2);
    const middle = await engine.getState();
    losses.push(...(await steps(engine, setup, STEPS / 2, STEPS)));
    const end = await engine.getState();
    await engine.init({ ...setup, parameters: new Float32Array(setup.parameters.length) });
    await engine.setState(middle);
    await steps(engine, setup, STEPS / 2, STEPS);
    const second = await engine.getState();
    const vectors = (state: typeof end): Buffer[] => [state.parameters, ...state.moments].map(bytes);
    return { losses, resumes: vectors(end).every((vector, at) => vector.equals(vectors(second)[at]!)) };
  } finally {
    engine.dispose();
  }
}

function setupOf({ model, optimiser, loss }: AgreementCase): EngineSetup {
  return {
    model,
    optimiser: { type: optimiser, weightDecay: 1e-4, gradientClip: 1 },
    loss: LOSSES.find(({ type }) => type === loss)!,
    parameters: initialParameters(model, 11),
    gradientNorms: true,
  };
}

/** Steps `from` to `to - 1`, several in a call as in the training loop. @returns their losses */
async function steps(engine: Engine, { model }: EngineSetup, from: number, to: number): Promise<number[]> {
  const losses: number[] = [];
  const most = engine.stepsAtOnce(ROWS);
  while (losses.length < to - from) {
    const next = from + losses.length;
    const count = Math.min(most, to - next);
    const batches = Array.from({ length: count }, (_, at) => randomBatches(model, ROWS, next + at));
    losses.push(...(await engine.step(joined(batches))).map(({ loss }) => loss));
  }
  return losses;
}

function bytes({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
