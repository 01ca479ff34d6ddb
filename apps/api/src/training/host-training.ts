import { storageError, type EngineSetting } from '@ktrdr/contracts';
import type { Clock } from '@ktrdr/orchestrator';
import { checkpointNetworkOf, writeArtifact } from '@ktrdr/trainer';
import type { TrainingRequest, TrainingRunHooks } from '@ktrdr/training-operation';
import { HostSession } from './host-session.js';
import type { HostSessionSettings } from './host-session.js';
import type { KeptRun, RunOutputs } from './run-outputs.js';
import type { TrainingHostClient } from './training-host-client.js';
import type { TrainingPlace } from './training-place.js';
import {
  checkArrived,
  checkNames,
  checkSize,
  forward,
  outcomeOf,
  sessionRequest,
} from './training-sessions.js';

const CONTACTING = 'contacting the training host';

export interface HostTrainingSettings extends HostSessionSettings {
  /** `auto` leaves it to the host, which times its engines on the run's network. */
  engine: EngineSetting;
}

/** Trains in a session of a training host, and fetches the model into the API's own storage. */
export class HostTraining implements TrainingPlace {
  constructor(
    private readonly settings: HostTrainingSettings,
    private readonly host: TrainingHostClient,
    private readonly outputs: RunOutputs,
    private readonly clock: Clock,
  ) {}

  async train(request: TrainingRequest, hooks: TrainingRunHooks): Promise<KeptRun> {
    const { token } = hooks;
    return this.outputs.keep(request, hooks, async (outputDir) => {
      const session = new HostSession(this.host, this.settings, this.clock, token, (silence) =>
        hooks.onWaiting(silence ?? CONTACTING),
      );
      // after a takeover the host may already be training: its first answer reports the real state
      if (!hooks.takenOver) hooks.onWaiting(CONTACTING);
      // if the host is silent from now on, this answer proves that nothing computes yet
      await session.reach(hooks.takenOver);
      const { engine } = this.settings;
      const started = await session.start(sessionRequest(hooks, request.spec, engine), hooks.takenOver);
      const ended = await session.follow(started.session_id, (state) => forward(state, hooks));
      const outcome = outcomeOf(ended, token, this.host.url);
      if (outcome.result.training_metrics !== null) {
        const { parameters } = checkpointNetworkOf(request.strategy, request.spec);
        await this.fetchFiles(session, ended.session_id, outputDir, parameters);
      }
      return outcome;
    });
  }

  /**
   * Fetches all files of a session, one after the other.
   *
   * @param parameters of the network that was trained: they bound the sizes
   * @throws KtrdrError `model_damaged`, `disk_full`, `storage_failed`
   */
  private async fetchFiles(
    session: HostSession,
    id: string,
    outputDir: string,
    parameters: number,
  ): Promise<void> {
    const { files } = await session.fetch(id, (bounds) => this.host.artifacts(id, bounds));
    checkNames({ files });
    for (const file of files) checkSize(file, parameters);
    for (const file of files) {
      const arrived = await session
        .fetch(id, async (bounds) =>
          writeArtifact(outputDir, file.path, await this.host.artifact(id, file, bounds)),
        )
        .catch((error: unknown) => {
          if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
          throw storageError(error, `writing ${file.path}`, 'MODELS_DIR');
        });
      checkArrived(file, arrived);
    }
  }
}
