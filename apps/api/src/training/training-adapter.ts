import { KtrdrError } from '@ktrdr/contracts';
import type { EngineSetting } from '@ktrdr/contracts';
import type { BarsFolders } from '@ktrdr/market-data';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import { CheckpointFolders } from '@ktrdr/trainer';
import type { TrialLedger } from '@ktrdr/operation-store';
import type { ModelStorage } from '@ktrdr/trainer';
import {
  type BudgetedEstimate,
  TrainingBudget,
  type TrainingLimits,
  type TrainingRequest,
  type TrainingRunHooks,
} from '@ktrdr/training-operation';
import { DeliverySecrets } from './delivery-secrets.js';
import { HostTraining } from './host-training.js';
import { LocalTraining } from './local-training.js';
import { QueueTraining } from './queue-training.js';
import { ReceivedFiles } from './received-files.js';
import { RunOutputs } from './run-outputs.js';
import type { KeptRun } from './run-outputs.js';
import { TrainingHostClient, type HostTrust } from './training-host-client.js';
import type { TrainingPlace } from './training-place.js';
import type { TrainingQueue } from './training-queue.js';
import { TrialJudge } from './trial-judge.js';

/** Settings of the API for trainings. Times in ms. */
export interface TrainingSettings {
  dataDir: string;
  stateDir: string;
  trainingEngine: EngineSetting;
  trainingCancelGraceMs: number;
  trainingCheckpointEveryMs: number;
  trainingFeatureCacheMb: number;
  /** Limits of the trainings that compute beside the API. */
  trainingLimits: TrainingLimits;
  /** Training processes that wait with loaded modules. */
  trainingWarmProcesses: number;
  trainingHostPollMs: number;
  trainingHostTimeoutMs: number;
  /** How many trainings of one user run at a time; `0`: no limit. */
  trainingQueueUserLimit: number;
  /** How the API recognises its host. */
  trainingHostTrust: HostTrust;
}

/** Where trainings leave what lasts. */
export interface TrainingStores {
  models: ModelStorage;
  trials: TrialLedger;
}

/** How long a health check waits for the host (ms). */
const HEALTH_MS = 2_000;

/** Chooses where a training runs. Its result is the same from every place. */
export class TrainingAdapter implements TrainingPlace {
  private readonly place: TrainingPlace;
  private readonly host: TrainingHostClient | null;
  private readonly folders: BarsFolders;
  /** For places that do not tell what they need. */
  private readonly budget: TrainingBudget;

  /**
   * @param hostUrl address of the training host; `null` trains beside the API
   * @param queue comes before both
   */
  constructor(
    hostUrl: string | null,
    settings: TrainingSettings,
    stores: TrainingStores,
    clock: Clock,
    private readonly queue: TrainingQueue | null,
    private readonly logger: OrchestratorLogger,
  ) {
    this.host =
      hostUrl === null || queue !== null
        ? null
        : new TrainingHostClient(hostUrl, settings.trainingHostTrust, clock);
    this.place = this.choosePlace(settings, stores, clock);
    this.folders = { dataDir: settings.dataDir, stateDir: settings.stateDir };
    this.budget = new TrainingBudget(settings.trainingLimits, settings.trainingEngine);
  }

  async open(): Promise<void> {
    await this.place.open?.();
  }

  async close(): Promise<void> {
    await this.place.close?.();
  }

  async admit(request: TrainingRequest): Promise<void> {
    await this.place.admit?.(request);
  }

  /** What a training would need, and which limits of the API's machine it exceeds. @throws KtrdrError as `barsFileFacts` */
  async estimate(request: Pick<TrainingRequest, 'strategy' | 'spec'>): Promise<BudgetedEstimate> {
    const { place, budget, folders } = this;
    return place.estimate?.(request) ?? budget.estimate(request.strategy, request.spec, folders);
  }

  async train(request: TrainingRequest, hooks: TrainingRunHooks): Promise<KeptRun> {
    try {
      return await this.place.train(request, hooks);
    } catch (error) {
      await this.lookForCheckpoint(error, hooks);
      throw error;
    }
  }

  /** Whether the next attempt can resume from a checkpoint; `undefined` if only the operation's record can tell. */
  async canResume(operationId: string): Promise<boolean | undefined> {
    return this.place.hasCheckpoint?.(operationId);
  }

  /** Checks the files: a training process that died may not have reported its last checkpoint. */
  private async lookForCheckpoint(error: unknown, { operationId, onResumable, onOutput }: TrainingRunHooks) {
    if (error instanceof KtrdrError && error.code === 'checkpoint_missing') onResumable(false);
    try {
      const isThere = await this.canResume(operationId);
      if (isThere !== undefined) onResumable(isThere);
    } catch (problem) {
      onOutput(`the checkpoints could not be read: ${(problem as Error).message}`);
    }
  }

  /** @throws HostUnansweredError, KtrdrError `queue_unreachable` if the training host or the queue does not answer */
  async check(): Promise<void> {
    await this.queue?.check();
    await this.host?.describe({ timeoutMs: HEALTH_MS });
  }

  private choosePlace(
    settings: TrainingSettings,
    { models, trials }: TrainingStores,
    clock: Clock,
  ): TrainingPlace {
    const { stateDir, trainingEngine: engine } = settings;
    const outputs = new RunOutputs(models, new TrialJudge(trials, clock), stateDir);
    const checkpoints = new CheckpointFolders(stateDir);
    if (this.queue !== null) {
      return new QueueTraining(
        { engine, timeoutMs: settings.trainingHostTimeoutMs, userLimit: settings.trainingQueueUserLimit },
        this.queue,
        outputs,
        new ReceivedFiles(stateDir),
        checkpoints,
        new DeliverySecrets(stateDir),
        clock,
      );
    }
    if (this.host !== null) {
      return new HostTraining(
        { engine, pollMs: settings.trainingHostPollMs, timeoutMs: settings.trainingHostTimeoutMs },
        this.host,
        outputs,
        clock,
      );
    }
    return new LocalTraining(
      {
        engine,
        dataDir: settings.dataDir,
        stateDir,
        cancelGraceMs: settings.trainingCancelGraceMs,
        checkpointEveryMs: settings.trainingCheckpointEveryMs,
        featureCacheMb: settings.trainingFeatureCacheMb,
        limits: settings.trainingLimits,
        warmProcesses: settings.trainingWarmProcesses,
        clock,
        log: (line) => this.logger.info(line),
      },
      outputs,
      checkpoints,
    );
  }
}
