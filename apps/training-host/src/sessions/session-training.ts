import { join } from 'node:path';
import type { ArtifactFile } from '@ktrdr/contracts';
import { filesBelow, readArtifacts } from '@ktrdr/trainer';
import type { ModelStorage, TrainingRunOutcome } from '@ktrdr/trainer';
import type { TrainingRunHooks, TrainingRunner } from '@ktrdr/training-operation';
import type { SessionRequest } from './session-request.js';

/**
 * Trains in a child process of its own, as the API does beside itself. What a completed session wrote is kept in a staging
 * folder until it is discarded: the API fetches it from there, and the model gets its place in the API's storage.
 */
export class SessionTraining {
  private readonly outputs = new Map<string, string>();

  constructor(
    private readonly folders: ModelStorage,
    private readonly runner: TrainingRunner,
  ) {}

  /**
   * Settles only when nothing computes any more.
   *
   * @throws TrainingCancelledError, or the token's reason, once the token has fired and the run has ended
   * @throws KtrdrError with the code of what went wrong
   */
  train(request: SessionRequest, sessionId: string, hooks: TrainingRunHooks): Promise<TrainingRunOutcome> {
    return this.runner.train(request, hooks, async (trainInto) => {
      const outputDir = await this.folders.stage(sessionId);
      try {
        const outcome = await trainInto(outputDir);
        this.outputs.set(sessionId, outputDir);
        return outcome;
      } catch (error) {
        await this.folders.discard(outputDir);
        throw error;
      }
    });
  }

  /** Names and files of everything that a completed session wrote; empty where nothing is kept of it. */
  async files(sessionId: string): Promise<{ path: string; file: string }[]> {
    const outputDir = this.outputs.get(sessionId);
    if (outputDir === undefined) return [];
    return (await filesBelow(outputDir)).map((path) => ({ path, file: join(outputDir, path) }));
  }

  /** Everything that a completed session wrote; empty where nothing is kept of it. */
  async artifacts(sessionId: string): Promise<ArtifactFile[]> {
    const outputDir = this.outputs.get(sessionId);
    return outputDir === undefined ? [] : readArtifacts(outputDir);
  }

  /**
   * Removes what a session wrote.
   *
   * @throws Error of the file system
   */
  async discard(sessionId: string): Promise<void> {
    const outputDir = this.outputs.get(sessionId);
    if (outputDir === undefined) return;
    this.outputs.delete(sessionId);
    await this.folders.removeStaged(outputDir);
  }
}
