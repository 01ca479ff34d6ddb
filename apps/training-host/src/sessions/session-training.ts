import { join } from 'node:path';
import type { EngineChoice, TrainingProgressUpdate } from '@ktrdr/contracts';
import type { CancellationToken } from '@ktrdr/orchestrator';
import { filesBelow, readArtifacts, runTrainerProcess, trialNetworkOf } from '@ktrdr/trainer';
import type { CheckpointFolders, EngineSelector, ModelStorage, TrainingRunOutcome } from '@ktrdr/trainer';
import type { ArtifactFile } from '@ktrdr/contracts';
import type { SessionRequest } from './session-request.js';

export interface SessionRunHooks {
  sessionId: string;
  token: CancellationToken;
  /** The engine of the run is resolved. */
  onEngine: (engine: EngineChoice) => void;
  /** What takes a while before the run, in words. */
  onPhase: (phase: string) => void;
  onProgress: (update: TrainingProgressUpdate) => void;
  /** The session's operation can be resumed here, however this session ends. */
  onCheckpoint: () => void;
  /** What the run warns of, as soon as it is known. */
  onWarning: (warning: string) => void;
  /** A line that the training process wrote; it belongs in the log. */
  onOutput: (line: string) => void;
}

/**
 * Trains in a child process of its own, as the API does beside itself. What a completed session wrote is kept in a staging
 * folder until it is discarded: the API fetches it from there, and the model gets its place in the API's storage.
 */
export class SessionTraining {
  private readonly outputs = new Map<string, string>();

  constructor(
    private readonly folders: ModelStorage,
    private readonly checkpoints: CheckpointFolders,
    private readonly engines: EngineSelector,
    /** How long a cancelled training process may take to stop by itself, ms. */
    private readonly cancelGraceMs: number,
    /** Time between two checkpoints, ms. */
    private readonly checkpointEveryMs: number,
  ) {}

  /**
   * Settles only when nothing computes any more.
   *
   * @throws TrainingCancelledError, or the token's reason, once the token has fired and the run has ended
   * @throws KtrdrError with the code of what went wrong
   */
  async train(request: SessionRequest, hooks: SessionRunHooks): Promise<TrainingRunOutcome> {
    const { run, operationId, resumedEngine } = request;
    const { sessionId, token } = hooks;
    if (resumedEngine === null) await this.checkpoints.remove(operationId, hooks.onOutput);
    const engine = resumedEngine ?? (await this.chooseEngine(request, hooks));
    hooks.onEngine(engine);
    const outputDir = await this.folders.stage(sessionId);
    try {
      const outcome = await runTrainerProcess(
        {
          ...run,
          operationId,
          engine,
          dataDir: request.dataDir,
          outputDir,
          mode: 'host',
          checkpointDir: this.checkpoints.of(operationId),
          checkpointEveryMs: this.checkpointEveryMs,
          resume: resumedEngine !== null,
        },
        {
          signal: token.signal,
          forceSignal: token.forceSignal,
          graceMs: this.cancelGraceMs,
          onProgress: hooks.onProgress,
          onCheckpoint: hooks.onCheckpoint,
          onWarning: hooks.onWarning,
          onOutput: hooks.onOutput,
        },
      );
      await this.checkpoints.remove(operationId, hooks.onOutput);
      this.outputs.set(sessionId, outputDir);
      return outcome;
    } catch (error) {
      await this.folders.discard(outputDir);
      throw error;
    }
  }

  private chooseEngine({ engine, strategy }: SessionRequest, hooks: SessionRunHooks): Promise<EngineChoice> {
    const { token, onPhase } = hooks;
    return this.engines.choose(engine, trialNetworkOf(strategy), { signal: token.signal, onPhase });
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
