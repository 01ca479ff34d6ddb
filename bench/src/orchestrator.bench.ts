/**
 * Overhead of running work as an operation: a no-op operation from start to end, one progress update, and a training loop that
 * reports progress every batch compared with the bare loop. Each figure is the median of several rounds. Compared rounds are
 * interleaved, because a machine's speed drifts.
 */
import {
  MemoryOperationStore,
  OperationsService,
  systemClock,
  systemRandomId,
  trainingProgressRenderer,
  type ManagedOperation,
  type OperationContext,
  type OrchestratorLogger,
} from '@ktrdr/orchestrator';
import { median, report, type ReportRow } from './report.js';

const quiet: OrchestratorLogger = { info() {}, warn() {}, error: console.error };
const METADATA = {
  symbols: ['AAPL'],
  timeframes: ['1h'],
  strategy: 'test_strategy',
  start_date: '2024-01-01',
  end_date: '2024-03-01',
  parameters: { seed: 42 },
};

function service(): OperationsService {
  const store = new MemoryOperationStore();
  return new OperationsService({ store, clock: systemClock, logger: quiet, randomId: systemRandomId });
}

type Work<T> = Pick<ManagedOperation<T>, 'run' | 'steps'>;

function launch<T>(operations: OperationsService, work: Work<T>) {
  const operation: ManagedOperation<T> = { type: 'training', metadata: METADATA, ...work };
  return operations.launch(operation, { renderer: trainingProgressRenderer, logger: quiet });
}

/** No-op operations per second, with `atOnce` of them in flight. */
async function noOperations(atOnce: number): Promise<number> {
  const count = 4000;
  const operations = service();
  let left = count;
  const worker = async () => {
    while (left-- > 0) await (await launch(operations, { run: async () => null })).outcome;
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (count * 1000) / (performance.now() - start);
}

/** Microseconds per progress update, when nearly all updates are throttled instead of written. */
async function progressUpdate(update: (context: OperationContext, index: number) => void): Promise<number> {
  const count = 300_000;
  const { outcome } = await launch(service(), {
    run: async (context) => {
      const start = performance.now();
      for (let index = 0; index < count; index++) update(context, index);
      return ((performance.now() - start) * 1000) / count;
    },
  });
  return outcome;
}

const INPUTS = 60;
const UNITS = 64;
const BATCH = 16;
const EPOCHS = 2;
const BATCHES = 100;

/** One layer, forward and backward, on typed arrays: like a step of a small network, a few tenths of a ms. */
function createStep(): () => number {
  const weights = Float32Array.from({ length: INPUTS * UNITS }, (_, index) => Math.sin(index) / 10);
  const features = Float32Array.from({ length: BATCH * INPUTS }, (_, index) => Math.cos(index));
  const gradient = new Float32Array(INPUTS * UNITS);
  const outputs = new Float32Array(BATCH * UNITS);
  return () => {
    let loss = 0;
    gradient.fill(0);
    outputs.fill(0);
    for (let row = 0; row < BATCH; row++) {
      for (let input = 0; input < INPUTS; input++) {
        const value = features[row * INPUTS + input]!;
        for (let unit = 0; unit < UNITS; unit++) {
          outputs[row * UNITS + unit]! += value * weights[input * UNITS + unit]!;
        }
      }
      for (let unit = 0; unit < UNITS; unit++) {
        const error = Math.max(0, outputs[row * UNITS + unit]!) - 0.5;
        loss += error * error;
        for (let input = 0; input < INPUTS; input++) {
          gradient[input * UNITS + unit]! += error * features[row * INPUTS + input]!;
        }
      }
    }
    for (let index = 0; index < weights.length; index++) weights[index]! -= 1e-6 * gradient[index]!;
    return loss / (BATCH * UNITS);
  };
}

/** The training loop, bare or in an operation: asynchronous steps, and one turn of the event loop after each epoch. */
async function trainingLoop(onBatch?: (epoch: number, batch: number, loss: number) => void): Promise<number> {
  const step = createStep();
  let loss = 0;
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    for (let batch = 1; batch <= BATCHES; batch++) {
      loss = await Promise.resolve(step());
      onBatch?.(epoch, batch, loss);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return loss;
}

/** Reports one batch like a training. */
function reportBatch(context: OperationContext, epoch: number, batch: number, loss: number): void {
  const done = (epoch - 1) * BATCHES + batch;
  context.token.throwIfCancelled();
  context.progress.update({
    step: 'training',
    stepFraction: done / (EPOCHS * BATCHES),
    steps_completed: epoch - 1,
    steps_total: EPOCHS,
    items_processed: done * BATCH,
    items_total: EPOCHS * BATCHES * BATCH,
    context: {
      current_epoch: epoch,
      total_epochs: EPOCHS,
      current_batch: batch,
      total_batches: BATCHES,
      metrics: { train_loss: loss },
    },
  });
}

/** Time of the loop as a watched operation, ms. */
async function managedLoop(): Promise<number> {
  const operations = service();
  const start = performance.now();
  const { operationId, outcome } = await launch(operations, {
    steps: [
      { name: 'loading bars', share: 2 },
      { name: 'training', share: 90 },
    ],
    run: (context) => trainingLoop((...batch) => reportBatch(context, ...batch)),
  });
  for await (const event of operations.watch(operationId)) void event;
  await outcome;
  return performance.now() - start;
}

async function bareLoop(): Promise<number> {
  const start = performance.now();
  await trainingLoop();
  return performance.now() - start;
}

async function medianOf(rounds: number, measure: () => Promise<number>): Promise<number> {
  await measure(); // warm-up
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) values.push(await measure());
  return median(values);
}

/**
 * Slowdown of the loop as an operation against the bare loop, percent: the median over many short rounds of the ratio within a
 * round, in rotating order. A second bare run per round is the control; its difference is the machine's noise.
 */
async function slowdown(): Promise<{ percent: number; control: number; batchMs: number }> {
  const runs = { bare: bareLoop, again: bareLoop, managed: managedLoop };
  const orders = [
    ['bare', 'managed', 'again'],
    ['managed', 'again', 'bare'],
    ['again', 'bare', 'managed'],
    ['again', 'managed', 'bare'],
  ] as const;
  const rounds: Record<keyof typeof runs, number>[] = [];
  for (let round = -4; round < 80; round++) {
    const took = { bare: 0, again: 0, managed: 0 };
    for (const name of orders[(round + 4) % orders.length]!) took[name] = await runs[name]();
    if (round >= 0) rounds.push(took); // rounds below 0 warm up
  }
  const percent = (ratios: number[]) => (median(ratios) - 1) * 100;
  return {
    percent: percent(rounds.map(({ bare, again, managed }) => (2 * managed) / (bare + again))),
    control: percent(rounds.map(({ bare, again }) => again / bare)),
    batchMs: median(rounds.map(({ bare }) => bare)) / (EPOCHS * BATCHES),
  };
}

function atLeast(measure: string, value: number, unit: string, target: number): ReportRow {
  return { measure, value, unit, target: `>= ${target}`, met: value >= target };
}

function below(measure: string, value: number, unit: string, target: number): ReportRow {
  return { measure, value, unit, target: `< ${target}`, met: value < target };
}

const oneByOne = await medianOf(7, () => noOperations(1));
const hundred = await medianOf(7, () => noOperations(100));
const plain = await medianOf(7, () =>
  progressUpdate((context, index) => context.progress.update({ percentage: index / 1e6 })),
);
const training = await medianOf(7, () =>
  progressUpdate((context, index) => reportBatch(context, 1, index % 1000, 0.5)),
);
const { percent, control, batchMs } = await slowdown();

await report('orchestrator', [
  atLeast('no-op operation, start to completed, sequential', oneByOne, 'operations/s', 5000),
  atLeast('no-op operation, start to completed, 100 concurrent', hundred, 'operations/s', 5000),
  below('progress update, throttled: percentage', plain, 'microseconds', 2),
  below('progress update, throttled: epoch, batch, metrics', training, 'microseconds', 2),
  { measure: 'control: bare loop against itself', value: control, unit: '% slower', target: null, met: null },
  below(`loop of ${batchMs.toFixed(2)} ms per batch as an operation`, percent, '% slower', 2),
]);
