import { EngineMemory, EngineSelector, type CheckpointFolders } from '@ktrdr/trainer';
import {
  type BudgetedEstimate,
  TrainingRunner,
  type RunnerSettings,
  type TrainingRequest,
  type TrainingRunHooks,
} from '@ktrdr/training-operation';
import type { KeptRun, RunOutputs } from './run-outputs.js';
import type { TrainingPlace } from './training-place.js';

export interface LocalTrainingSettings extends Omit<RunnerSettings, 'mode'> {
  dataDir: string;
}

/** Trains on the API's own machine, with its bars and engines. */
export class LocalTraining implements TrainingPlace {
  private readonly runner: TrainingRunner;

  constructor(
    private readonly settings: LocalTrainingSettings,
    private readonly outputs: RunOutputs,
    private readonly checkpoints: CheckpointFolders,
  ) {
    this.runner = new TrainingRunner(
      { mode: 'local', ...settings },
      new EngineSelector(new EngineMemory(settings.stateDir)),
      checkpoints,
    );
  }

  open(): Promise<void> {
    return this.runner.open();
  }

  close(): Promise<void> {
    return this.runner.close();
  }

  async admit({ strategy, spec }: TrainingRequest): Promise<void> {
    await this.runner.check({ strategy, spec, dataDir: this.settings.dataDir });
  }

  estimate({ strategy, spec }: Pick<TrainingRequest, 'strategy' | 'spec'>): Promise<BudgetedEstimate> {
    return this.runner.estimate({ strategy, spec, dataDir: this.settings.dataDir });
  }

  async train(request: TrainingRequest, hooks: TrainingRunHooks): Promise<KeptRun> {
    const { spec, strategy, priority } = request;
    const { operationId, resume } = hooks;
    const { engine, dataDir } = this.settings;
    const resumedEngine = resume ? await this.checkpoints.engineOf(operationId) : null;
    const training = { operationId, strategy, spec, dataDir, engine, resumedEngine, priority };
    return this.runner.train(training, hooks, (trainInto) => this.outputs.keep(request, hooks, trainInto));
  }

  hasCheckpoint(operationId: string): Promise<boolean> {
    return this.checkpoints.has(operationId);
  }
}
