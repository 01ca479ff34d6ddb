/**
 * Reads a value once for all callers that request it in the same turn of the event loop, or while an earlier read of it runs. The shared read
 * begins after the last of these requests, so no caller gets a value that is older than its request.
 */
export class SharedReads<T> {
  /** Reads that have not begun. */
  private readonly asked = new Map<string, Promise<T>>();
  /** Reads that have begun. */
  private readonly running = new Map<string, Promise<T>>();

  /**
   * @param read reads the value of `key`
   * @throws what the read throws
   */
  get(key: string, read: () => Promise<T>): Promise<T> {
    const shared = this.asked.get(key) ?? this.next(key, read);
    this.asked.set(key, shared);
    return shared;
  }

  private async next(key: string, read: () => Promise<T>): Promise<T> {
    await new Promise((resolve) => setImmediate(resolve));
    // only the callers of this read get its error
    await this.running.get(key)?.catch(() => undefined);
    this.asked.delete(key);
    const running = read();
    this.running.set(key, running);
    try {
      return await running;
    } finally {
      this.running.delete(key);
    }
  }
}
