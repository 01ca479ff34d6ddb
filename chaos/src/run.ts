import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationStarted, TrainingResult } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { dataOf, Sandbox } from '@ktrdr/service-kit/testing';
import { Observer } from './observer.js';
import { makePlan, TRAINING_SEEDS, type Mode, type Plan } from './plan.js';
import { TRAINING } from './training.js';
import { judge, modelFingerprint, type Models } from './verdict.js';
import { World } from './world.js';

/** All trainings of a run must have come to their end within this time after the last fault, ms. */
const FINISH_MS = 120_000;
/** Within this time after the end no training process may be left, ms. */
const QUIET_MS = 5_000;

export interface RunReport {
  seed: number;
  mode: Mode;
  faults: string[];
  /** Attempts of each operation. */
  attempts: number[];
  seconds: number;
  violations: string[];
}

/** A sandbox for any number of runs, with the models that they must come to. */
export class Chaos {
  private constructor(
    private readonly sandbox: Sandbox,
    private readonly models: Models,
  ) {}

  static async open(): Promise<Chaos> {
    const sandbox = await Sandbox.create();
    await writeSampleBars({
      dataDir: sandbox.dataDir,
      symbol: 'AAPL',
      timeframe: '1h',
      startDate: '2024-01-01',
      endDate: '2024-06-30',
    });
    const api = await sandbox.startApi('undisturbed');
    const models = new Map<number, string>();
    for (const seed of TRAINING_SEEDS) {
      const started = await api.post<OperationStarted>('/trainings/start', { strategy: TRAINING, seed });
      const { result } = await api.untilEnded(dataOf(started).operation_id, 120_000);
      models.set(seed, await modelFingerprint((result as TrainingResult).artifacts.model_path ?? ''));
    }
    await api.stop();
    return new Chaos(sandbox, models);
  }

  async run(seed: number, mode: Mode | null): Promise<RunReport> {
    const plan = makePlan(seed, mode);
    const began = performance.now();
    const world = await World.open(this.sandbox, plan);
    const observer = new Observer(() => world.url);
    try {
      for (const training of plan.trainings) await world.start(training);
      for (const { after, ...fault } of plan.faults) {
        await sleep(after);
        await world.apply(fault);
      }
      const operations = await world.finish(FINISH_MS);
      await observer.stop();
      const violations = [...observer.violations, ...(await judge(world, operations, this.models))];
      violations.push(...(await this.#leftProcesses()));
      const attempts = operations.map(({ attempt }) => attempt);
      return report(plan, attempts, violations, began);
    } catch (error) {
      return report(plan, [], [`the run broke off: ${(error as Error).message}`], began);
    } finally {
      await observer.stop();
      await world.close();
    }
  }

  close(): Promise<void> {
    return this.sandbox.close();
  }

  async #leftProcesses(): Promise<string[]> {
    const end = performance.now() + QUIET_MS;
    let left = await this.sandbox.trainers();
    while (left.length > 0 && performance.now() < end) {
      await sleep(50);
      left = await this.sandbox.trainers();
    }
    return left.length === 0 ? [] : [`${left.length} training processes are left`];
  }
}

function report(plan: Plan, attempts: number[], violations: string[], began: number): RunReport {
  const { seed, mode, faults } = plan;
  const names = faults.map((fault) =>
    fault.kind === 'crash' ? `crash ${fault.point.when} ${fault.point.call} ${fault.point.path}` : fault.kind,
  );
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  return { seed, mode, faults: names, attempts, seconds, violations };
}
