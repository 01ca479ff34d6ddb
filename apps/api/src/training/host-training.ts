import type { EngineSetting } from '@ktrdr/contracts';
import type { Clock } from '@ktrdr/orchestrator';
import type { ModelStorage } from '@ktrdr/trainer';
import type { TrainingRequest, TrainingRunHooks } from '@ktrdr/training-operation';
import { HostSession } from './host-session.js';
import type { HostSessionSettings } from './host-session.js';
import type { KeptRun, RunOutputs } from './run-outputs.js';
import type { TrainingHostClient } from './training-host-client.js';
import type { TrainingPlace } from './training-place.js';
import { checkNames, forward, outcomeOf, sessionRequest } from './training-sessions.js';

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
    private readonly models: ModelStorage,
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
        const artifacts = await session.fetch(ended.session_id, (bounds) =>
          this.host.artifacts(ended.session_id, bounds),
        );
        checkNames(artifacts);
        await this.models.writeArtifacts(outputDir, artifacts.files);
      }
      return outcome;
    });
  }
}
