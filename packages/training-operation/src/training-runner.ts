import {
  type EngineChoice,
  type EngineSetting,
  KtrdrError,
  type TrainingPriority,
  type TrainingSpec,
} from '@ktrdr/contracts';
import { Slots, type Clock, type PlaceInLine } from '@ktrdr/orchestrator';
import type { Strategy } from '@ktrdr/strategy';
import { SpeedMeter } from './speed-meter.js';
import { type BudgetedEstimate, TrainingBudget, type TrainingLimits } from './training-budget.js';
import type { TrainingEstimate } from './training-estimate.js';
import { checkEngineSupport, runTrainerProcess, trialNetworkOf, WarmProcesses } from '@ktrdr/trainer';
import type { CheckpointFolders, EngineSelector, TrainingRunOutcome } from '@ktrdr/trainer';
import type { RunReports, TrainingRunHooks } from './run-hooks.js';

export interface RunnerSettings {
  /** Role of this machine: the API's own, or a host. */
  mode: 'local' | 'host';
  /** The engine of this machine's settings. */
  engine: EngineSetting;
  /** Folder of the service's state, for the caches of bars and features. */
  stateDir: string;
  /** Maximum size of the cache of features (MB); 0: no cache. */
  featureCacheMb: number;
  /** Grace time of a cancelled training process (ms). */
  cancelGraceMs: number;
  /** Time between two checkpoints (ms). */
  checkpointEveryMs: number;
  /** Trainings beyond them wait in line, or are refused. */
  limits: TrainingLimits;
  /** Training processes that wait with loaded modules; `0`: none. */
  warmProcesses: number;
  clock: Pick<Clock, 'monotonic'>;
  /** A line for the service's log. */
  log: (line: string) => void;
}

/** What a runner needs of the operation of a run. */
export type RunnerHooks = RunReports & Pick<TrainingRunHooks, 'token' | 'begin'>;

/** A warm process leaves this much of the service's memory limit for trainings, MB. */
const LEAST_ROOM_MB = 512;
const PRIORITIES: Record<TrainingPriority, number> = { low: 1, normal: 2, high: 3 };

/** A training that this machine can run. */
export interface ReadyTraining {
  /** The API's operation. Its checkpoints are stored under this id. */
  operationId: string;
  strategy: Strategy;
  spec: TrainingSpec;
  /** Folder of the bars. */
  dataDir: string;
  /** The engine is chosen just before the run, so that no other training disturbs the timing of engines. */
  engine: EngineSetting;
  /** The run resumes from the operation's last checkpoint, with that checkpoint's engine; `null`: it starts at the beginning. */
  resumedEngine: EngineChoice | null;
  /** Its place in line. Default: normal. */
  priority?: TrainingPriority;
}

/** Trains on this machine, each in a child process. The API uses it for its own trainings, and a host for its sessions. */
export class TrainingRunner {
  private readonly slots: Slots;
  private readonly budget: TrainingBudget;
  private readonly warm: WarmProcesses;
  /** Threads of the trainings that run. */
  private threads = 0;

  constructor(
    private readonly settings: RunnerSettings,
    private readonly engines: EngineSelector,
    private readonly checkpoints: CheckpointFolders,
  ) {
    const { engine, limits, warmProcesses, log } = settings;
    this.slots = new Slots(limits.mostAtOnce, limits.memoryMb);
    this.budget = new TrainingBudget(limits, engine);
    this.warm = new WarmProcesses({
      most: warmProcesses,
      mostHeapMb: limits.memoryMb,
      hasRoom: () => this.slots.free >= LEAST_ROOM_MB,
      log,
    });
  }

  /**
   * Prepares for the first training: finds the engines, then starts the warm processes. Does nothing if the settings want no warm
   * process.
   */
  async open(): Promise<void> {
    const { warmProcesses, engine } = this.settings;
    if (warmProcesses === 0) return;
    // a training that needs an engine reports the problem
    await this.engines.candidates(engine, 'mlp').catch(() => undefined);
    this.warm.open();
  }

  /** Ends the warm processes. A token ends each running training. */
  async close(): Promise<void> {
    await this.warm.close();
  }

  /**
   * Estimates the training, waits for a free slot and memory, begins the operation, trains, and lets `keep` store the files. The
   * checkpoints are removed only after `keep` has succeeded. Settles only when nothing computes any more. A training that waits has
   * no process.
   *
   * @param keep gets a function that trains into a folder; it chooses the folder and stores its files
   * @throws TrainingCancelledError, or the token's reason, once the token has fired and the run has ended
   * @throws KtrdrError `over_budget`, `engine_unavailable`, `engine_unsupported`, and what the run or `keep` throws
   */
  async train<T>(
    training: ReadyTraining,
    hooks: RunnerHooks,
    keep: (trainInto: (outputDir: string) => Promise<TrainingRunOutcome>) => Promise<T>,
  ): Promise<T> {
    const estimated = this.check(training);
    const request = {
      // the line is joined at once: after a takeover all join it together, and their priorities decide
      size: estimated.then((estimate) => this.budget.enforcedMb(estimate)),
      priority: PRIORITIES[training.priority ?? 'normal'],
      signal: hooks.token.signal,
      onWait: (place: PlaceInLine) => hooks.onWaiting(waitingText(place)),
    };
    return this.slots.use(request, async () => {
      await hooks.begin();
      return this.trainNow(training, hooks, keep, await estimated);
    });
  }

  /** @throws KtrdrError `over_budget` */
  check({
    strategy,
    spec,
    dataDir,
  }: Pick<ReadyTraining, 'strategy' | 'spec' | 'dataDir'>): Promise<TrainingEstimate> {
    return this.budget.check(strategy, spec, { dataDir, stateDir: this.settings.stateDir });
  }

  /** What a training needs, and which limits of this machine it exceeds. */
  estimate({
    strategy,
    spec,
    dataDir,
  }: Pick<ReadyTraining, 'strategy' | 'spec' | 'dataDir'>): Promise<BudgetedEstimate> {
    return this.budget.estimate(strategy, spec, { dataDir, stateDir: this.settings.stateDir });
  }

  private async trainNow<T>(
    training: ReadyTraining,
    { token, ...reports }: RunnerHooks,
    keep: (trainInto: (outputDir: string) => Promise<TrainingRunOutcome>) => Promise<T>,
    estimate: TrainingEstimate,
  ): Promise<T> {
    const { operationId, strategy, spec, dataDir, resumedEngine } = training;
    const { mode, stateDir, featureCacheMb, cancelGraceMs, checkpointEveryMs } = this.settings;
    const resume = resumedEngine !== null;
    const engine = resumedEngine ?? (await this.chooseEngine(training, token.signal, reports.onWaiting));
    checkEngineSupport(engine.engine, strategy.model.type);
    reports.onEngine?.(engine);
    if (!resume) await this.checkpoints.remove(operationId, reports.onOutput);
    const checkpointDir = this.checkpoints.of(operationId);
    const speed = new SpeedMeter(this.settings.clock);
    const kept = await keep((outputDir) =>
      this.withLanes(estimate.lanes, (lanes) =>
        runTrainerProcess(
          {
            ...spec,
            operationId,
            engine,
            dataDir,
            stateDir,
            featureCacheMb,
            outputDir,
            mode,
            checkpointDir,
            checkpointEveryMs,
            resume,
            lanes,
          },
          {
            signal: token.signal,
            forceSignal: token.forceSignal,
            graceMs: cancelGraceMs,
            mostMemoryMb: this.budget.enforcedMb(estimate),
            onProgress: (update, ended) => {
              speed.saw(update);
              if (ended !== null) reports.onEpochs([ended]);
              reports.onProgress(update);
            },
            onCheckpoint: () => reports.onResumable(true),
            onWarning: reports.onWarning,
            onOutput: reports.onOutput,
          },
          this.warm,
        ),
      ),
    ).catch(async (error: unknown) => {
      if (error instanceof KtrdrError && error.code === 'engine_unavailable')
        await this.engines.forget(engine.engine);
      throw error;
    });
    this.budget.learn(strategy.model.type, estimate, speed);
    await this.checkpoints.remove(operationId, reports.onOutput);
    return kept;
  }

  /** Gives a training the threads that are free: at least one, and at most `most`. */
  private async withLanes<T>(most: number, run: (lanes: number) => Promise<T>): Promise<T> {
    const lanes = Math.max(1, Math.min(most, this.settings.limits.threads - this.threads));
    this.threads += lanes;
    try {
      return await run(lanes);
    } finally {
      this.threads -= lanes;
    }
  }

  private chooseEngine(
    { engine, strategy }: ReadyTraining,
    signal: AbortSignal,
    onPhase: (phase: string) => void,
  ): Promise<EngineChoice> {
    return this.engines.choose(engine, trialNetworkOf(strategy), { signal, onPhase });
  }
}

/** `waiting for a free slot: 3 ahead` */
function waitingText({ ahead, lacks }: PlaceInLine): string {
  const what = lacks === 'slot' ? 'a free slot' : 'free memory';
  return `waiting for ${what}: ${ahead === 0 ? 'next in line' : `${ahead} ahead`}`;
}
