/**
 * Reads a thing once for all who ask for it in the same turn of the event loop. The read begins after the last of them has asked, so
 * nobody gets an answer that is older than the question.
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
