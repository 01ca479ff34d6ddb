import type { EngineChoice, EngineSetting } from '@ktrdr/contracts';
import { checkEngineSupport, EngineSelector, runTrainerProcess, trialNetworkOf } from '@ktrdr/trainer';
import type { Strategy } from '@ktrdr/strategy';
import type { CheckpointFolders } from '@ktrdr/trainer';
import type { KeptRun, RunOutputs } from './run-outputs.js';
import type { TrainingPlace, TrainingRunHooks } from './training-place.js';
import type { TrainingRequest } from './training-request.js';

export interface LocalTrainingSettings {
  engine: EngineSetting;
  dataDir: string;
  /** How long a cancelled training process may take to stop by itself, ms. */
  cancelGraceMs: number;
  /** Time between two checkpoints, ms. */
  checkpointEveryMs: number;
}

/** Trains beside this process: in a child process of its own, with the bars and the engine of this machine. */
export class LocalTraining implements TrainingPlace {
  private readonly engines = new EngineSelector();

  constructor(
    private readonly settings: LocalTrainingSettings,
    private readonly outputs: RunOutputs,
    private readonly checkpoints: CheckpointFolders,
  ) {}

  async train({ run, strategy }: TrainingRequest, hooks: TrainingRunHooks): Promise<KeptRun> {
    const { operationId, resume, token } = hooks;
    const { dataDir, cancelGraceMs, checkpointEveryMs } = this.settings;
    const engine = resume
      ? await this.checkpoints.engineOf(operationId)
      : await this.chooseEngine(strategy, hooks);
    checkEngineSupport(engine.engine, strategy.model.type);
    if (!resume) await this.checkpoints.remove(operationId, hooks.onOutput);
    const checkpointDir = this.checkpoints.of(operationId);
    const kept = await this.outputs.keep(strategy, hooks, async (outputDir) => {
      return runTrainerProcess(
        {
          ...run,
          operationId,
          engine,
          dataDir,
          outputDir,
          mode: 'local',
          checkpointDir,
          checkpointEveryMs,
          resume,
        },
        {
          signal: token.signal,
          forceSignal: token.forceSignal,
          graceMs: cancelGraceMs,
          onProgress: hooks.onProgress,
          onCheckpoint: () => hooks.onResumable(true),
          onWarning: hooks.onWarning,
          onOutput: hooks.onOutput,
        },
      );
    });
    await this.checkpoints.remove(operationId, hooks.onOutput);
    return kept;
  }

  hasCheckpoint(operationId: string): Promise<boolean> {
    return this.checkpoints.has(operationId);
  }

  private chooseEngine(strategy: Strategy, { token, onWaiting }: TrainingRunHooks): Promise<EngineChoice> {
    return this.engines.choose(this.settings.engine, trialNetworkOf(strategy), {
      signal: token.signal,
      onPhase: onWaiting,
    });
  }
}
