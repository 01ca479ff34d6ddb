import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KtrdrError } from '@ktrdr/contracts';
import type { OrchestratorLogger } from '@ktrdr/orchestrator';
import type { CheckpointFolders } from '@ktrdr/trainer';
import type { Waiting } from '../sessions/session-bars.js';
import type { FileTransfer, Sender } from './file-transfer.js';

/**
 * Checkpoints of one delivery: fetches the newest one before the training begins, and sends new ones to the API, one at a time and
 * only the newest. Another host may have to resume from it.
 */
export class CheckpointTransfer {
  private sentNumber = 0;
  private hasSent = false;
  private sending: Promise<void> | null = null;
  /** Fires when no more checkpoints may be sent. */
  private readonly ending = new AbortController();

  constructor(
    private readonly sender: Sender,
    /** Secret of the delivery. */
    private readonly secret: string | null,
    private readonly checkpoints: CheckpointFolders,
    private readonly files: FileTransfer,
    private readonly logger: OrchestratorLogger,
  ) {}

  /** True if the API has a checkpoint that another host can resume from. */
  get apiHas(): boolean {
    return this.hasSent;
  }

  /** Stores the API's newest checkpoint in the folder from which a session resumes. @returns whether there is one */
  async fetch(waiting: Waiting): Promise<boolean> {
    const { operationId } = this.sender;
    const folder = this.checkpoints.of(operationId);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const isThere = await this.files.fetchCheckpoint(
      operationId,
      join(folder, 'checkpoint-00000001.ktrdr'),
      waiting,
    );
    if (isThere) [this.sentNumber, this.hasSent] = [1, true];
    else await rm(folder, { recursive: true, force: true });
    return isThere;
  }

  /** Sends the newest checkpoint, unless it was already sent or a send is running. Never rejects: the next checkpoint is a new attempt. */
  async sendNewest(signal: AbortSignal): Promise<void> {
    if (this.sending !== null) return;
    this.sending = this.send(AbortSignal.any([signal, this.ending.signal]));
    try {
      await this.sending;
    } catch (error) {
      if (!signal.aborted && !this.ending.signal.aborted)
        this.logger.warn('a checkpoint could not be sent', { error, operation_id: this.sender.operationId });
    } finally {
      this.sending = null;
    }
  }

  /** The run has ended: sends the last checkpoint too, after one that is being sent. The signal ends both. */
  async sendLast(signal: AbortSignal): Promise<void> {
    const end = () => this.ending.abort(signal.reason);
    signal.addEventListener('abort', end, { once: true });
    try {
      await this.sending?.catch(() => {});
      await this.sendNewest(signal);
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  /** Ends sending, and removes the checkpoints here. Another host resumes from those that were sent. */
  async end(): Promise<void> {
    this.ending.abort(new Error('the run has ended'));
    await this.checkpoints.remove(this.sender.operationId, (problem) => this.logger.warn(problem));
  }

  private async send(signal: AbortSignal): Promise<void> {
    const newest = await this.checkpoints.filesOf(this.sender.operationId).newest();
    if (newest === null || newest.number <= this.sentNumber) return;
    try {
      await this.files.sendCheckpoint(this.sender, newest.path, { signal, secret: this.secret });
    } catch (error) {
      // a newer checkpoint has replaced it
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      // the API would refuse it again
      if (error instanceof KtrdrError) this.sentNumber = newest.number;
      throw error;
    }
    this.sentNumber = newest.number;
    this.hasSent = true;
  }
}
