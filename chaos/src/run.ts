import { setTimeout as sleep } from 'node:timers/promises';
import type { StartTrainingRequest, TrainingResult } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { Sandbox } from '@ktrdr/service-kit/testing';
import type { Mode } from './modes.js';
import { type Feature, featuresOf } from './features.js';
import { Observer } from './observer.js';
import { makePlan, type Fault, type Plan } from './plan.js';
import { keyOf, outcomeOf, type PlannedTraining, requestOf } from './training.js';
import { judge, leftProcesses } from './verdict.js';
import { World } from './world.js';

/** All trainings of a run must end within this time after the last fault, ms. */
const FINISH_MS = 120_000;
/** Usual time until a warm process is ready, ms; a busy machine may need longer. */
const WARM_MS = 20_000;
/** Time limit of an undisturbed training, ms. */
const UNDISTURBED_MS = 180_000;

export interface RunReport {
  /** Day, UTC. */
  date: string;
  seed: number;
  mode: Mode;
  faults: string[];
  /** The features that the trainings exercised. */
  with: Feature[];
  /** Number of attempts of each operation. */
  attempts: number[];
  seconds: number;
  violations: string[];
}

/** A sandbox for any number of runs, with the models that their trainings must produce. */
export class Chaos {
  private readonly models = new Map<string, string>();

  private constructor(private readonly sandbox: Sandbox) {}

  static async open(): Promise<Chaos> {
    const sandbox = await Sandbox.create();
    await writeSampleBars({
      dataDir: sandbox.dataDir,
      symbol: 'AAPL',
      timeframe: '1h',
      startDate: '2024-01-01',
      endDate: '2024-06-30',
    });
    return new Chaos(sandbox);
  }

  async run(seed: number, mode: Mode | null): Promise<RunReport> {
    const plan = makePlan(seed, mode);
    await this.trainUndisturbed(plan.trainings);
    const began = performance.now();
    const world = await World.open(this.sandbox, plan);
    const observer = new Observer();
    observer.watch(() => world.url);
    const done: string[] = [];
    const features = new Set<Feature>();
    try {
      if (await this.hasWarmProcess()) features.add('warm');
      for (const training of plan.trainings) await world.start(training);
      for (const { after, ...fault } of plan.faults) {
        await sleep(after);
        await world.keepBusy();
        const outcome = await world.apply(fault);
        done.push(outcome === null ? nameOf(fault) : `${nameOf(fault)} (${outcome})`);
      }
      const operations = await world.finish(FINISH_MS);
      await observer.stop();
      const violations = await judge(world, operations, observer, this.models);
      violations.push(...(await leftProcesses(this.sandbox)));
      if (observer.hasSeenLanes) features.add('lanes');
      for (const feature of await featuresOf(world)) features.add(feature);
      const attempts = operations.map(({ attempt }) => attempt);
      return report(plan, done, features, attempts, violations, began);
    } catch (error) {
      return report(plan, done, features, [], [`the run was aborted: ${(error as Error).message}`], began);
    } finally {
      await observer.stop();
      await world.close();
    }
  }

  /** Waits a moment for a warm process, so that the first training can take it. */
  private async hasWarmProcess(): Promise<boolean> {
    const end = performance.now() + WARM_MS;
    while (performance.now() < end) {
      if ((await this.sandbox.warmTrainers()).length > 0) return true;
      await sleep(100);
    }
    return false;
  }

  close(): Promise<void> {
    return this.sandbox.close();
  }

  /** Trains without faults and stores the outcomes. */
  private async trainUndisturbed(trainings: readonly PlannedTraining[]): Promise<void> {
    const requests = trainings
      .map(requestOf)
      .filter(({ seed, seeds }) => !this.models.has(keyOf(seed, seeds)));
    if (requests.length === 0) return;
    const api = await this.sandbox.startApi('undisturbed', { TRAINING_ENGINE: 'onnx' });
    const train = async (request: StartTrainingRequest): Promise<void> => {
      const id = await api.startTraining(request);
      const { result } = await api.untilEnded(id, UNDISTURBED_MS);
      this.models.set(keyOf(request.seed, request.seeds), await outcomeOf(result as TrainingResult));
    };
    await Promise.all(requests.map(train));
    await api.stop();
  }
}

function nameOf(fault: Fault): string {
  if (fault.kind !== 'crash') return fault.kind;
  const { process: who, when, call, path } = fault.point;
  return `crash of ${who.split('/')[0]} ${when} ${call} ${path}`;
}

function report(
  { seed, mode }: Plan,
  faults: string[],
  features: ReadonlySet<Feature>,
  attempts: number[],
  violations: string[],
  began: number,
): RunReport {
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const date = new Date().toISOString().slice(0, 10);
  return { date, seed, mode, faults, with: [...features].toSorted(), attempts, seconds, violations };
}
