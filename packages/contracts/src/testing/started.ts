/** Servers, processes and folders of a test file or a benchmark, to stop them all at its end. */
export class Started {
  readonly #stops: (() => Promise<unknown>)[] = [];

  /** Starts a part. {@link Started.stop} stops it, even if called while the part is still starting. */
  async start<T>(start: () => Promise<T>, stop: (part: T) => Promise<unknown>): Promise<T> {
    const starting = start();
    this.#stops.push(() =>
      starting.then(stop, () => {
        // the caller of `start` gets the error
      }),
    );
    return starting;
  }

  /** Stops all parts, newest first, even if one fails. @throws the first failure */
  async stop(): Promise<void> {
    const failures: unknown[] = [];
    for (const stop of this.#stops.splice(0).toReversed()) {
      await stop().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
