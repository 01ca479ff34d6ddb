import { setMaxListeners } from 'node:events';
import { OperationCancelledError } from './errors.js';

/**
 * Tells domain code when to stop. Wraps an `AbortSignal` whose reason is an {@link OperationCancelledError}, so that `fetch`
 * and Node's functions that take the signal reject with an error that the engine recognises as a cancellation.
 */
export class CancellationToken {
  /** Fires when the operation must stop. */
  readonly signal: AbortSignal;
  /** Fires when it must stop at once, without a grace time. Never before `signal`. */
  readonly forceSignal: AbortSignal;

  private readonly abandoned: () => boolean;

  constructor(signal: AbortSignal, forceSignal: AbortSignal, isAbandoned: () => boolean = () => false) {
    this.signal = signal;
    this.forceSignal = forceSignal;
    this.abandoned = isAbandoned;
  }

  get isCancelled(): boolean {
    return this.signal.aborted;
  }

  get isForced(): boolean {
    return this.forceSignal.aborted;
  }

  /**
   * True if the operation was not cancelled, but another process continues it. Work in this process stops; work elsewhere
   * continues.
   */
  get isAbandoned(): boolean {
    return this.abandoned();
  }

  /** The reason given with the cancel; `null` if none was given or there was no cancel. */
  get reason(): string | null {
    return this.signal.reason instanceof OperationCancelledError ? this.signal.reason.reason : null;
  }

  /** @throws OperationCancelledError once the token has fired. */
  throwIfCancelled(): void {
    if (this.signal.aborted) throw new OperationCancelledError(this.reason);
  }
}

/** The side that cancels. */
export class CancellationController {
  private readonly cancelController = new AbortController();
  private readonly forceController = new AbortController();
  private abandoned = false;
  readonly token = new CancellationToken(
    this.cancelController.signal,
    this.forceController.signal,
    () => this.abandoned,
  );

  constructor() {
    // any number of requests of one operation may listen
    setMaxListeners(0, this.cancelController.signal, this.forceController.signal);
  }

  /** Fires the token. The first reason wins; a later call can still add `force`. */
  cancel(reason: string | null = null, { force = false }: { force?: boolean } = {}): void {
    if (!this.cancelController.signal.aborted)
      this.cancelController.abort(new OperationCancelledError(reason));
    if (force && !this.forceController.signal.aborted)
      this.forceController.abort(this.cancelController.signal.reason);
  }

  /** Stops the work here without cancelling the operation; `force` as in {@link cancel}. */
  abandon(reason: string, { force = false }: { force?: boolean } = {}): void {
    this.abandoned = true;
    this.cancel(reason, { force });
  }
}

/**
 * Waits for `work` or for the token, whichever comes first. This does not stop the work: it has the same token and must stop
 * itself.
 * @throws OperationCancelledError as soon as the token fires; else what `work` throws.
 */
export function raceCancellation<T>(token: CancellationToken, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new OperationCancelledError(token.reason));
    if (token.isCancelled) abort();
    else token.signal.addEventListener('abort', abort, { once: true });
    const settled = () => token.signal.removeEventListener('abort', abort);
    work.then(
      (value) => {
        settled();
        resolve(value);
      },
      (error: unknown) => {
        settled();
        reject(error as Error);
      },
    );
  });
}
