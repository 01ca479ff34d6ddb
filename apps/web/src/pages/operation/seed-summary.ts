/** Values of a line at each place of an axis; `null` where it has none. */
export type LineValues = readonly (number | null)[];

/** Mean, lowest and highest value of several lines at each place; `null` where no line has one. */
export interface LinesSummary {
  /** Lines with a value there. */
  counts: number[];
  mean: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
}

/** @param lines of the same length; a line without a value at a place does not count there */
export function summaryOf(lines: readonly LineValues[]): LinesSummary {
  const summary: LinesSummary = { counts: [], mean: [], low: [], high: [] };
  for (let at = 0; at < (lines[0]?.length ?? 0); at++) {
    const values = lines.map((line) => line[at]).filter((value) => typeof value === 'number');
    const isEmpty = values.length === 0;
    summary.counts.push(values.length);
    summary.mean.push(isEmpty ? null : values.reduce((sum, value) => sum + value, 0) / values.length);
    summary.low.push(isEmpty ? null : Math.min(...values));
    summary.high.push(isEmpty ? null : Math.max(...values));
  }
  return summary;
}

/**
 * Fills gaps with straight lines, between the first value and the last. Long curves leave out some epochs, different ones for each seed:
 * without this, the mean would jump there.
 */
export function withoutGaps(x: readonly number[], values: LineValues): (number | null)[] {
  const filled = [...values];
  let before = -1;
  values.forEach((value, at) => {
    if (value === null) return;
    const start = before === -1 ? null : (values[before] ?? null);
    for (let between = before + 1; start !== null && between < at; between++) {
      const share = (x[between]! - x[before]!) / (x[at]! - x[before]!);
      filled[between] = start + share * (value - start);
    }
    before = at;
  });
  return filled;
}
