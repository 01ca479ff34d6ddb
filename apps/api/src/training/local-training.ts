import type { EngineChoice, EngineSetting } from '@ktrdr/contracts';
import { checkEngineSupport, resolveEngine, runTrainerProcess, TrainingCancelledError } from '@ktrdr/trainer';
import { OperationCancelledError } from '@ktrdr/orchestrator';
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

  async train(request: TrainingRequest, hooks: TrainingRunHooks): Promise<KeptRun> {
    const { operationId, token } = hooks;
    this.engine ??= await resolveEngine(this.settings.engine);
    const engine = this.engine;
    checkEngineSupport(engine.engine, request.strategy.model.type);
    return this.outputs.keep(operationId, request.strategy, token, async (outputDir) => {
      try {
        return await runTrainerProcess(
          {
            operationId,
            strategyText: request.strategyText,
            strategyFile: request.strategyFile,
            symbols: request.symbols,
            timeframes: request.timeframes,
            startDate: request.startDate,
            endDate: request.endDate,
            validationSplit: request.validationSplit,
            seed: request.seed,
            engine,
            dryRun: request.dryRun,
            detailedAnalytics: request.detailedAnalytics,
            dataDir: this.settings.dataDir,
            outputDir,
            mode: 'local',
            fingerprints: request.fingerprints,
          },
          {
            signal: token.signal,
            forceSignal: token.forceSignal,
            graceMs: this.settings.cancelGraceMs,
            onProgress: hooks.onProgress,
            onOutput: hooks.onOutput,
          },
        );
      } catch (error) {
        if (error instanceof TrainingCancelledError) throw new OperationCancelledError(token.reason);
        throw error;
      }
    });
  }
}
