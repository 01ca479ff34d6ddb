import type { EngineName, OnnxEngineName } from '@ktrdr/contracts';
import { createEngine, deviceOf } from '@ktrdr/trainer';
import { initialParameters, joined, randomBatches } from '@ktrdr/trainer/testing';
import { median, type ReportRow } from '../report.js';
import { Group, type GroupBatch } from './group.js';
import type { MlpSpec } from './group-graph.js';

const ROUNDS = 21;
/** Length of a turn, s. */
const TURN_S = 0.1;
const RATE = 1e-3;
/** Models of a group, by device: 1,024 gain nothing on a CPU and take gigabytes. */
const GROUPS = { cpu: [16, 64], gpu: [16, 64, 1024] };
const ALONE: readonly EngineName[] = ['onnx', 'wasm'];

/** Something that trains; the measurements alternate between all of them. */
interface Contestant {
  engine: EngineName;
  models: number;
  /** @returns samples trained, of all models together */
  call: () => Promise<number>;
  dispose: () => void;
}

/** Samples per second of one turn, and per second of processor time, which depends less on other work of the machine. */
interface Speed {
  clock: number;
  processor: number;
}

/**
 * Samples per second of all models together: single runs one after the other on the CPU engines and on `engines`, and groups
 * in one graph on `onnx` and on `engines`. All take turns.
 */
export async function groupSpeeds(
  model: MlpSpec,
  batch: number,
  engines: readonly OnnxEngineName[],
): Promise<ReportRow[]> {
  const contestants: Contestant[] = [];
  for (const name of [...ALONE, ...engines]) contestants.push(await alone(name, model, batch));
  for (const name of ['onnx', ...engines] as const) {
    for (const size of GROUPS[deviceOf(name)]) contestants.push(await group(name, model, batch, size));
  }
  const speeds = contestants.map((): Speed[] => []);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [at, contestant] of contestants.entries()) {
      const speed = await turn(contestant);
      // the first turn warms up
      if (round > 0) speeds[at]!.push(speed);
    }
  }
  for (const { dispose } of contestants) dispose();
  const timesBest = (at: number, by: keyof Speed): number => {
    const best = (round: number): number => Math.max(...ALONE.map((_, cpu) => speeds[cpu]![round]![by]));
    return Number(median(speeds[at]!.map((speed, round) => speed[by] / best(round))).toFixed(3));
  };
  return contestants.map(({ engine, models }, at) => ({
    model: `mlp ${[model.inputs, ...model.layers.map(({ units }) => units), model.outputs].join('-')}`,
    batch,
    engine,
    'models at once': models,
    'samples/s': Math.round(median(speeds[at]!.map(({ clock }) => clock))),
    'times the best CPU engine alone': timesBest(at, 'clock'),
    'the same by processor time': deviceOf(engine) === 'cpu' ? timesBest(at, 'processor') : null,
  }));
}

async function turn({ call }: Contestant): Promise<Speed> {
  const begin = performance.now();
  const processor = process.cpuUsage();
  let samples = 0;
  let seconds = 0;
  while (seconds < TURN_S) {
    samples += await call();
    seconds = (performance.now() - begin) / 1000;
  }
  const { user, system } = process.cpuUsage(processor);
  return { clock: samples / seconds, processor: (samples * 1e6) / (user + system) };
}

async function alone(name: EngineName, model: MlpSpec, batch: number): Promise<Contestant> {
  const engine = await createEngine(name);
  await engine.init({
    model,
    optimiser: { type: 'adam', weightDecay: 0, gradientClip: null },
    loss: { type: 'cross_entropy', classWeights: null },
    parameters: initialParameters(model, 1),
    gradientNorms: false,
  });
  const count = engine.stepsAtOnce(batch);
  const batches = {
    ...joined(Array.from({ length: count }, (_, step) => randomBatches(model, batch, step))),
    learningRate: RATE,
  };
  const call = async (): Promise<number> => {
    await engine.step(batches);
    return count * batch;
  };
  return { engine: name, models: 1, call, dispose: () => engine.dispose() };
}

async function group(
  name: OnnxEngineName,
  model: MlpSpec,
  batch: number,
  models: number,
): Promise<Contestant> {
  const trained = await Group.create(
    name,
    model,
    Array.from({ length: models }, (_, member) => initialParameters(model, member)),
  );
  const { features, targets } = randomBatches(model, batch * models, 1);
  const rows: GroupBatch = { features, targets: Int32Array.from(targets) };
  const call = async (): Promise<number> => {
    await trained.step(rows, RATE);
    return models * batch;
  };
  return { engine: name, models, call, dispose: () => trained.dispose() };
}
