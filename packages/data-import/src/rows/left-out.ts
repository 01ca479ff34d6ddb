import type { LeftOutRow } from '@ktrdr/contracts';

const MOST_LISTED = 100;

/** Rows that are not imported: all are counted, the first hundred are listed. */
export class LeftOut {
  count = 0;
  readonly rows: LeftOutRow[] = [];

  /** @param reason a function if the text costs time to make */
  add(line: number, reason: string | (() => string)): void {
    this.count++;
    if (this.rows.length === MOST_LISTED) return;
    this.rows.push({ line, reason: typeof reason === 'string' ? reason : reason() });
  }
}
