import type { TypedOperationSummary } from '@ktrdr/contracts';

type Listed = Pick<TypedOperationSummary, 'operation_id' | 'created_at'>;

/**
 * The rows of a list that is read in pages, newest first. A row that was not read yet is a hole. Events add and remove rows; a page
 * that is read later corrects all differences.
 */
export class OperationRows {
  private ids: (string | undefined)[] = [];
  private readonly createdAt = new Map<string, string>();

  /** @param isKnown false for an operation that the page no longer remembers: its row is read again */
  constructor(private readonly isKnown: (id: string) => boolean) {}

  get length(): number {
    return this.ids.length;
  }

  /** Id of a row; `undefined` for a hole. */
  at(index: number): string | undefined {
    return this.ids[index];
  }

  indexOf(id: string): number {
    return this.ids.indexOf(id);
  }

  /** Ids of all rows that were read. */
  loaded(): string[] {
    return this.ids.filter((id) => id !== undefined);
  }

  /** First hole of a range; -1 without one. */
  firstHole(first: number, last: number): number {
    for (let index = first; index <= Math.min(last, this.ids.length - 1); index++) {
      const id = this.ids[index];
      if (id === undefined || !this.isKnown(id)) return index;
    }
    return -1;
  }

  /** Takes a page that was read from `offset`. @param asked how many rows were asked for */
  place(offset: number, page: readonly Listed[], { total, asked }: { total: number; asked: number }): void {
    const length = page.length < asked ? offset + page.length : Math.max(total, offset + page.length);
    const known = this.ids.length;
    this.ids.length = length;
    if (length > known) this.ids.fill(undefined, known);
    for (const [index, { operation_id: id, created_at }] of page.entries()) {
      const before = this.ids.indexOf(id);
      if (before !== -1 && before !== offset + index) this.ids[before] = undefined;
      this.ids[offset + index] = id;
      this.createdAt.set(id, created_at);
    }
  }

  /** Adds an operation that now belongs to the list. @returns false if it is there, or belongs to rows that were not read */
  add({ operation_id: id, created_at }: Listed): boolean {
    if (this.ids.includes(id)) return false;
    const index = this.placeOf(created_at);
    if (index === -1) return false;
    this.ids.splice(index, 0, id);
    this.createdAt.set(id, created_at);
    return true;
  }

  /** Removes an operation that no longer belongs to the list. @returns false if it is not there */
  remove(id: string): boolean {
    const index = this.ids.indexOf(id);
    if (index === -1) return false;
    this.ids.splice(index, 1);
    this.createdAt.delete(id);
    return true;
  }

  /** Removes the operations that were created before a time (ISO 8601). @returns false if there are none */
  removeBefore(time: string): boolean {
    const old = this.loaded().filter((id) => (this.createdAt.get(id) ?? '') < time);
    for (const id of old) this.remove(id);
    return old.length > 0;
  }

  /** Makes every row a hole: what was read may be old. */
  forget(): void {
    this.ids.fill(undefined);
  }

  /** Index of the first row that is older, if the row before it was read; otherwise -1. */
  private placeOf(createdAt: string): number {
    for (let index = 0; index < this.ids.length; index++) {
      const id = this.ids[index];
      if (id === undefined) return -1;
      if ((this.createdAt.get(id) ?? '') < createdAt) return index;
    }
    return this.ids.length;
  }
}
