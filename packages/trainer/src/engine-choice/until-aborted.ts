/** Waits for a promise, but only until the abort; the work itself continues. @throws the signal's reason after an abort */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // After the abort nobody handles a rejection of the work.
  work.catch(() => {});
  signal.throwIfAborted();
  let leave = (): void => undefined;
  const abort = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([work, abort]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
