import type { LeftOutRow } from '@ktrdr/contracts';

const MOST_LISTED = 100;

/** Rows that are not imported: all are counted, the first hundred are listed. */
export class LeftOut {
  count = 0;
  readonly rows: LeftOutRow[] = [];

  add(line: number, reason: string): void {
    this.count++;
    if (this.rows.length < MOST_LISTED) this.rows.push({ line, reason });
  }
}
