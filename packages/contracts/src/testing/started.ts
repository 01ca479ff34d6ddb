/** Servers, processes and folders of a test file or a benchmark: whatever happens, all of them end before it does. */
export class Started {
  readonly #stops: (() => Promise<unknown>)[] = [];

  /** Starts a part; `stop` ends it also where somebody calls it while the part starts. */
  async start<T>(start: () => Promise<T>, stop: (part: T) => Promise<unknown>): Promise<T> {
    const starting = start();
    this.#stops.push(() =>
      starting.then(stop, () => {
        // whoever started it has the error
      }),
    );
    return starting;
  }

  /** Stops all, the newest first, also where one fails. @throws the first failure */
  async stop(): Promise<void> {
    const failures: unknown[] = [];
    for (const stop of this.#stops.splice(0).toReversed()) {
      await stop().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
