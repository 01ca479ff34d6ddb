import { KtrdrError } from '@ktrdr/contracts';
import type { OrchestratorLogger } from '@ktrdr/orchestrator';
import type { CheckpointFolders } from '@ktrdr/trainer';
import type { ApiClient } from './api-client.js';

/** Sends the checkpoints of one run to the API, one after the other and only the newest: another host may have to go on from it. */
export class CheckpointSender {
  #sentNumber = 0;
  #apiHas = false;
  #sending: Promise<void> | null = null;
  /** Fires when nothing may be sent any more. */
  readonly #end = new AbortController();

  constructor(
    private readonly operationId: string,
    private readonly run: number,
    private readonly checkpoints: CheckpointFolders,
    private readonly api: ApiClient,
    private readonly logger: OrchestratorLogger,
  ) {}

  /** The API has one that is of use to whoever goes on. */
  get apiHas(): boolean {
    return this.#apiHas;
  }

  /** The first one here was fetched from the API. */
  fetched(): void {
    this.#sentNumber = 1;
    this.#apiHas = true;
  }

  /** Nothing is sent any more, nor what is on its way. */
  end(): void {
    this.#end.abort(new Error('the run has ended'));
  }

  /** Sends the newest one unless it was sent, or one is on its way. Never rejects: the next one is tried again. */
  async sendNewest(signal: AbortSignal): Promise<void> {
    if (this.#sending !== null) return;
    this.#sending = this.#send(AbortSignal.any([signal, this.#end.signal]));
    try {
      await this.#sending;
    } catch (error) {
      if (!signal.aborted && !this.#end.signal.aborted)
        this.logger.warn('a checkpoint could not be sent', { error, operation_id: this.operationId });
    } finally {
      this.#sending = null;
    }
  }

  /** The run has ended: what it wrote last is sent too, after what is on its way. The signal ends both. */
  async sendLast(signal: AbortSignal): Promise<void> {
    const end = () => this.#end.abort(signal.reason);
    signal.addEventListener('abort', end, { once: true });
    try {
      await this.#sending?.catch(() => {});
      await this.sendNewest(signal);
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  async #send(signal: AbortSignal): Promise<void> {
    const newest = await this.checkpoints.filesOf(this.operationId).newest();
    if (newest === null || newest.number <= this.#sentNumber) return;
    try {
      await this.api.sendCheckpoint(this.operationId, this.run, newest.path, signal);
    } catch (error) {
      // a newer one has taken its place
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      // asked again it would say the same
      if (error instanceof KtrdrError) this.#sentNumber = newest.number;
      throw error;
    }
    this.#sentNumber = newest.number;
    this.#apiHas = true;
  }
}
