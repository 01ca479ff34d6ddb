import { printable, type Clock } from '@ktrdr/contracts';
import type { ApiClient } from './api-client.js';
import { cancelReason } from './cancel-reason.js';
import { ApiError, ApiUnreachableError, CliError } from './cli-error.js';

/** Time between two attempts to send a cancel, ms. */
const AGAIN_MS = 1_000;

/** The cancel of one operation: nobody wants it (`no`), it is being sent (`wanted`), or the API has accepted (`taken`) or refused it. */
export class CancelRequest {
  private current: 'no' | 'wanted' | 'taken' | 'refused' = 'no';

  /**
   * @param signal ends the attempts to send it
   * @param note shows a line to the user
   */
  constructor(
    private readonly api: ApiClient,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
    private readonly note: (text: string) => void,
  ) {}

  get state(): 'no' | 'wanted' | 'taken' | 'refused' {
    return this.current;
  }

  /** The operation is being cancelled, or will be. */
  get isUnderWay(): boolean {
    return this.current === 'wanted' || this.current === 'taken';
  }

  want(): void {
    this.current = 'wanted';
  }

  /** Another request has cancelled the operation. */
  accept(): void {
    this.current = 'taken';
  }

  /** Sends the cancel until the API answers. Never rejects: the command learns the outcome by following the operation. */
  async send(id: string): Promise<void> {
    const { signal } = this;
    let said = false;
    while (!signal.aborted) {
      try {
        await this.api.cancelOperation(id, { reason: cancelReason('Ctrl+C in ktrdr') });
        this.accept();
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ApiUnreachableError)) {
          this.refused(error);
          return;
        }
        if (!said) {
          said = true;
          this.note(
            'The API does not answer. The cancel will be sent when it responds. Press Ctrl+C again to exit.',
          );
        }
        // an abort ends the loop
        await this.clock.sleep(AGAIN_MS, signal).catch(() => undefined);
      }
    }
  }

  private refused(error: unknown): void {
    // It has ended in the meantime, and its final state will arrive.
    if (error instanceof ApiError && error.code === 'operation_ended') return;
    this.current = 'refused';
    const reason = error instanceof CliError ? printable(error.message) : String(error);
    this.note(`The API refused the cancel: ${reason}\nThe operation continues. Press Ctrl+C again to exit.`);
  }
}
