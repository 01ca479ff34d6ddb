/** Waits for what goes on by itself, no longer than until the abort. Rejects with the signal's reason. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // whoever has left does not hear how it fails
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
