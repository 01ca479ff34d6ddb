/**
 * Reads a value once for all callers that request it in the same turn of the event loop. The read begins after the last of these
 * requests, so no caller gets a value that is older than its request.
 */
export class SharedReads<T> {
  private readonly asked = new Map<string, Promise<T>>();

  constructor(private readonly read: (key: string) => Promise<T>) {}

  /** @throws what the read throws */
  get(key: string): Promise<T> {
    const shared = this.asked.get(key) ?? this.nextTurn(key);
    this.asked.set(key, shared);
    return shared;
  }

  private async nextTurn(key: string): Promise<T> {
    await new Promise((resolve) => setImmediate(resolve));
    this.asked.delete(key);
    return this.read(key);
  }
}
