import { setTimeout as sleep } from 'node:timers/promises';
import type { TrainingResult } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { Sandbox } from '@ktrdr/service-kit/testing';
import type { Mode } from './modes.js';
import { Observer } from './observer.js';
import { makePlan, type Fault, type Plan } from './plan.js';
import { TRAINING } from './training.js';
import { judge, leftProcesses, modelFingerprint } from './verdict.js';
import { World } from './world.js';

/** All trainings of a run must end within this time after the last fault, ms. */
const FINISH_MS = 120_000;
/** Time limit of an undisturbed training, ms. */
const UNDISTURBED_MS = 180_000;

export interface RunReport {
  /** Day, UTC. */
  date: string;
  seed: number;
  mode: Mode;
  faults: string[];
  /** Number of attempts of each operation. */
  attempts: number[];
  seconds: number;
  violations: string[];
}

/** A sandbox for any number of runs, with the models that their trainings must produce. */
export class Chaos {
  private readonly models = new Map<number, string>();

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
    try {
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
      const attempts = operations.map(({ attempt }) => attempt);
      return report(plan, done, attempts, violations, began);
    } catch (error) {
      return report(plan, done, [], [`the run was aborted: ${(error as Error).message}`], began);
    } finally {
      await observer.stop();
      await world.close();
    }
  }

  close(): Promise<void> {
    return this.sandbox.close();
  }

  /** Trains these seeds without faults and stores the fingerprints of their models. */
  private async trainUndisturbed(seeds: number[]): Promise<void> {
    const unknown = seeds.filter((seed) => !this.models.has(seed));
    if (unknown.length === 0) return;
    const api = await this.sandbox.startApi('undisturbed', { TRAINING_ENGINE: 'onnx' });
    const train = async (seed: number): Promise<void> => {
      const id = await api.startTraining({ strategy: TRAINING, seed });
      const { result } = await api.untilEnded(id, UNDISTURBED_MS);
      const { model_path } = (result as TrainingResult).artifacts;
      this.models.set(seed, await modelFingerprint(model_path ?? ''));
    };
    await Promise.all(unknown.map(train));
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
  attempts: number[],
  violations: string[],
  began: number,
): RunReport {
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const date = new Date().toISOString().slice(0, 10);
  return { date, seed, mode, faults, attempts, seconds, violations };
}
