import { setMaxListeners } from 'node:events';
import { OperationCancelledError } from './errors.js';

/**
 * Tells domain code when to stop. Wraps an `AbortSignal` whose reason is an {@link OperationCancelledError}, so that `fetch`
 * and Node's functions that take the signal reject with an error that the engine recognises as a cancellation.
 */
export class CancellationToken {
  constructor(
    private readonly cancelled: LatchedSignal,
    private readonly forced: LatchedSignal,
    private readonly abandoned: () => boolean,
  ) {}

  /** Fires when the operation must stop. */
  get signal(): AbortSignal {
    return this.cancelled.signal;
  }

  /** Fires when it must stop at once, without a grace time. Never before `signal`. */
  get forceSignal(): AbortSignal {
    return this.forced.signal;
  }

  get isCancelled(): boolean {
    return this.cancelled.error !== null;
  }

  get isForced(): boolean {
    return this.forced.error !== null;
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
    return this.cancelled.error?.reason ?? null;
  }

  /** @throws OperationCancelledError once the token has fired. */
  throwIfCancelled(): void {
    if (this.isCancelled) throw new OperationCancelledError(this.reason);
  }
}

/** Fires once. Makes its `AbortSignal` for the first reader: one takes 7 µs, and 200 operations may be created at once. */
class LatchedSignal {
  /** `null` until it has fired. */
  error: OperationCancelledError | null = null;
  private controller: AbortController | null = null;

  get signal(): AbortSignal {
    if (this.controller !== null) return this.controller.signal;
    const controller = new AbortController();
    // any number of requests of one operation may listen
    setMaxListeners(0, controller.signal);
    if (this.error !== null) controller.abort(this.error);
    this.controller = controller;
    return controller.signal;
  }

  /** The first error wins. */
  fire(error: OperationCancelledError): void {
    if (this.error !== null) return;
    this.error = error;
    this.controller?.abort(error);
  }
}

/** The side that cancels. */
export class CancellationController {
  private readonly cancelled = new LatchedSignal();
  private readonly forced = new LatchedSignal();
  private abandoned = false;
  readonly token = new CancellationToken(this.cancelled, this.forced, () => this.abandoned);

  /** Fires the token. The first reason wins; a later call can still add `force`. */
  cancel(reason: string | null = null, { force = false }: { force?: boolean } = {}): void {
    this.cancelled.fire(new OperationCancelledError(reason));
    if (force) this.forced.fire(this.cancelled.error!);
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
