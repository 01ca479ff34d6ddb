import { signal, type Signal } from '@preact/signals';

/** The selected operations of a list. */
export class Selection {
  readonly ids: Signal<ReadonlySet<string>> = signal(new Set());
  /** Where a range that is selected with Shift begins. */
  private from: string | null = null;

  has(id: string): boolean {
    return this.ids.value.has(id);
  }

  clear(): void {
    this.from = null;
    this.ids.value = new Set();
  }

  /** Selects exactly these. */
  only(ids: readonly string[]): void {
    this.ids.value = new Set(ids);
  }

  /** Removes the ids that are no longer listed: an action applies only to operations that are visible. */
  keep(isListed: (id: string) => boolean): void {
    const kept = [...this.ids.peek()].filter(isListed);
    if (kept.length !== this.ids.peek().size) this.ids.value = new Set(kept);
  }

  /**
   * Selects or deselects one, or with `range` all between the last one and this one.
   * @param listed ids in the order of the list; `undefined` for rows that were not read
   */
  toggle(id: string, listed: readonly (string | undefined)[], range: boolean): void {
    const next = new Set(this.ids.peek());
    const isSelected = !next.has(id);
    const start = range && this.from !== null ? listed.indexOf(this.from) : -1;
    const end = listed.indexOf(id);
    const touched = start === -1 ? [id] : listed.slice(Math.min(start, end), Math.max(start, end) + 1);
    for (const one of touched) {
      if (one === undefined) continue;
      if (isSelected) next.add(one);
      else next.delete(one);
    }
    this.from = id;
    this.ids.value = next;
  }
}
