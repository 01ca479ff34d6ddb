interface Pending<TItem, TResult> {
  item: TItem;
  resolve: (result: TResult) => void;
  reject: (error: unknown) => void;
}

/** Maximum number of items in one write: other work has its turn between two writes. */
const MOST_AT_ONCE = 64;
/** Number of results delivered at once, for the same reason. */
const DELIVERED_AT_ONCE = 16;

/** Writes items that arrive at the same time together: the next write takes all that came while the previous one ran. */
export class GroupedWrites<TItem, TResult> {
  private pending: Pending<TItem, TResult>[] = [];
  private writing = false;

  /** @param write writes all items or none; its results are in the order of the items */
  constructor(private readonly write: (items: readonly TItem[]) => Promise<readonly TResult[]>) {}

  /** Settles when the item is written. @throws what `write` throws for the items of its group */
  add(item: TItem): Promise<TResult> {
    return new Promise((resolve, reject) => {
      this.pending.push({ item, resolve, reject });
      if (this.writing) return;
      this.writing = true;
      // requests that the event loop has already read join the first group
      setImmediate(() => void this.writeAll());
    });
  }

  private async writeAll(): Promise<void> {
    while (this.pending.length > 0) {
      const group = this.pending.splice(0, MOST_AT_ONCE);
      try {
        const results = await this.write(group.map(({ item }) => item));
        for (const [index, { resolve }] of group.entries()) {
          resolve(results[index]!);
          if (index % DELIVERED_AT_ONCE === DELIVERED_AT_ONCE - 1) await nextTurn();
        }
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
      await nextTurn();
    }
    this.writing = false;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
