import { Started } from '@ktrdr/contracts/testing';

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type SignalName = keyof typeof SIGNALS;

/** Runs `body`, then stops everything it has started, after success, failure or a signal. */
export async function withStarted(body: (started: Started) => Promise<void>): Promise<void> {
  const started = new Started();
  let caught: SignalName | null = null;
  const interrupted = new Promise<void>((resolve) => {
    for (const name of Object.keys(SIGNALS) as SignalName[]) {
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
