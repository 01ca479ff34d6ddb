import { KtrdrError, trainingJobId } from '@ktrdr/contracts';
import type { EngineSetting, QueuedTrainingOutcome, StartSessionRequest } from '@ktrdr/contracts';
import { isCancellation, untilAnswered, type Clock } from '@ktrdr/orchestrator';
import type { CheckpointFolders } from '@ktrdr/trainer';
import type { TrainingRequest, TrainingRunHooks } from '@ktrdr/training-operation';
import type { DeliverySecrets } from './delivery-secrets.js';
import { QueuedRun } from './queued-run.js';
import type { ReceivedFiles } from './received-files.js';
import type { KeptRun, RunOutputs } from './run-outputs.js';
import type { TrainingPlace } from './training-place.js';
import type { TrainingQueue } from './training-queue.js';
import { checkNames, outcomeOf, sessionRequest } from './training-sessions.js';

export interface QueueTrainingSettings {
  /** `auto`: the host chooses the engine that is fastest for the run's network. */
  engine: EngineSetting;
  /** Give up a queue that does not answer for this long (ms). */
  timeoutMs: number;
  /** How many trainings of one user run at a time; `0`: no limit. */
  userLimit: number;
}

/** Time between two attempts to reach the queue (ms). */
const AGAIN_MS = 500;

/** Trains on the host that takes the training from the queue. */
export class QueueTraining implements TrainingPlace {
  constructor(
    private readonly settings: QueueTrainingSettings,
    private readonly queue: TrainingQueue,
    private readonly outputs: RunOutputs,
    private readonly received: ReceivedFiles,
    private readonly checkpoints: CheckpointFolders,
    private readonly secrets: DeliverySecrets,
    private readonly clock: Clock,
  ) {}

  async train(request: TrainingRequest, hooks: TrainingRunHooks): Promise<KeptRun> {
    const { operationId } = hooks;
    try {
      return await this.trainAndKeep(request, hooks);
    } finally {
      // the next owner of the operation needs the files that were sent, and its host needs the secret
      if (await isOwner(hooks)) {
        await this.received.remove(operationId, hooks.onOutput);
        await this.secrets.remove(operationId, hooks.onOutput);
      }
    }
  }

  private async trainAndKeep(request: TrainingRequest, hooks: TrainingRunHooks): Promise<KeptRun> {
    const { operationId, token } = hooks;
    const ended = await this.runInQueue(request, hooks);
    const outcome = outcomeOf(ended.session, token, ended.host);
    await hooks.confirmOwner();
    const kept = await this.outputs.keep(request, hooks, async (outputDir) => {
      checkNames(ended);
      await this.received.moveTo(
        outputDir,
        { operationId, attempt: hooks.attempt, delivery: ended.run },
        ended.files,
      );
      return outcome;
    });
    await this.checkpoints.remove(operationId, hooks.onOutput);
    return kept;
  }

  hasCheckpoint(operationId: string): Promise<boolean> {
    return this.checkpoints.has(operationId);
  }

  private async runInQueue(
    { spec, priority, user }: TrainingRequest,
    hooks: TrainingRunHooks,
  ): Promise<QueuedTrainingOutcome> {
    const { operationId, attempt } = hooks;
    const jobId = trainingJobId(operationId, attempt);
    // after a takeover a host may already be training: the queue reports the real state
    if (!hooks.takenOver) hooks.onWaiting('waiting for a host');
    const put = async (resume: boolean): Promise<void> => {
      const data: StartSessionRequest = { ...sessionRequest(hooks, spec, this.settings.engine), resume };
      await this.queue.add(jobId, { data, user: user ?? null, userLimit: this.settings.userLimit }, priority);
    };
    try {
      await this.forget(jobId, hooks);
      await this.ask(() => put(hooks.resume), hooks);
    } catch (error) {
      if (!isCancellation(error) || hooks.token.isAbandoned) throw error;
      // this attempt or an earlier owner may have added the job: it is cancelled in the queue
    }
    const queued = new QueuedRun(jobId, {
      queue: this.queue,
      hooks,
      clock: this.clock,
      timeoutMs: this.settings.timeoutMs,
      heldBy:
        user !== undefined && this.settings.userLimit > 0
          ? 'other trainings of the same user first'
          : 'its earlier delivery has to end first',
      issueSecret: (delivery) =>
        this.secrets.issue({ operationId, attempt, delivery, bars: spec.fingerprints }),
      putAgain: async () => put(await this.checkpoints.has(operationId)),
    });
    return queued.follow();
  }

  /** An attempt from the beginning must not resume from the checkpoint of an earlier attempt. */
  private async forget(jobId: string, hooks: TrainingRunHooks): Promise<void> {
    const { operationId, attempt, resume } = hooks;
    if (resume || attempt === 1) return;
    const { state } = await this.ask(() => this.queue.state(jobId), hooks);
    if (state === 'missing') await this.checkpoints.remove(operationId, hooks.onOutput);
  }

  private ask<T>(question: () => Promise<T>, hooks: TrainingRunHooks): Promise<T> {
    const { token } = hooks;
    return untilAnswered(
      () => {
        token.throwIfCancelled();
        return question();
      },
      {
        clock: this.clock,
        // a host may be computing a training that was taken over
        withinMs: () => (hooks.takenOver ? Infinity : this.settings.timeoutMs),
        throwIfFinal: (error) => {
          if (!(error instanceof KtrdrError && error.code === 'queue_unreachable')) throw error;
        },
        timeIsUp: (error) =>
          new KtrdrError(
            'queue_unreachable',
            `${(error as KtrdrError).message} Start it, or correct TRAINING_QUEUE_URL, then train again.`,
            { cause: error },
          ),
        onUnanswered: (_, waitedMs) =>
          hooks.onWaiting(`the training queue does not answer (${Math.round(waitedMs / 1000)} s)`),
        pause: () => this.clock.sleep(AGAIN_MS, token.signal),
      },
    );
  }
}

async function isOwner({ token, confirmOwner, onOutput }: TrainingRunHooks): Promise<boolean> {
  if (token.isAbandoned) return false;
  try {
    await confirmOwner();
    return true;
  } catch (error) {
    onOutput(`the files that hosts have sent are kept for the next owner: ${(error as Error).message}`);
    return false;
  }
}
