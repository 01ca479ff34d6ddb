import type { EngineChoice, EngineSetting } from '@ktrdr/contracts';
import { checkEngineSupport, resolveEngine, runTrainerProcess } from '@ktrdr/trainer';
import type { KeptRun, RunOutputs } from './run-outputs.js';
import type { TrainingPlace, TrainingRunHooks } from './training-place.js';
import type { TrainingRequest } from './training-request.js';

export interface LocalTrainingSettings {
  engine: EngineSetting;
  dataDir: string;
  /** How long a cancelled training process may take to stop by itself, ms. */
  cancelGraceMs: number;
}

/** Trains beside this process: in a child process of its own, with the bars and the engine of this machine. */
export class LocalTraining implements TrainingPlace {
  private engine: EngineChoice | undefined;

  constructor(
    private readonly settings: LocalTrainingSettings,
    private readonly outputs: RunOutputs,
  ) {}

  async train({ run, strategy }: TrainingRequest, hooks: TrainingRunHooks): Promise<KeptRun> {
    const { operationId, token } = hooks;
    const { dataDir, cancelGraceMs } = this.settings;
    this.engine ??= await resolveEngine(this.settings.engine);
    const engine = this.engine;
    checkEngineSupport(engine.engine, strategy.model.type);
    return this.outputs.keep(operationId, strategy, token, async (outputDir) => {
      return runTrainerProcess(
        { ...run, operationId, engine, dataDir, outputDir, mode: 'local' },
        {
          signal: token.signal,
          forceSignal: token.forceSignal,
          graceMs: cancelGraceMs,
          onProgress: hooks.onProgress,
          onOutput: hooks.onOutput,
        },
      );
    });
  }
}
