/** Collects the servers, processes and folders of a test file or benchmark, to stop them all at its end. */
export class Started {
  private readonly stops: (() => Promise<unknown>)[] = [];

  /** Starts a part. {@link Started.stop} stops it later, also when it is called while the part is still starting. */
  async start<T>(start: () => Promise<T>, stop: (part: T) => Promise<unknown>): Promise<T> {
    const starting = start();
    this.stops.push(() =>
      starting.then(stop, () => {
        // `start` throws to its own caller
      }),
    );
    return starting;
  }

  /** Stops all parts, newest first. A failure does not prevent the others from stopping. @throws the first failure */
  async stop(): Promise<void> {
    const failures: unknown[] = [];
    for (const stop of this.stops.splice(0).toReversed()) {
      await stop().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
