import type { ModelTestPart } from '@ktrdr/contracts';
import type { PreparedData } from './prepare-data.js';

/** The time span of the test part over all symbols. Only metrics of the same span can be compared. */
export function testPartOf({ dataset, split, parts }: PreparedData): ModelTestPart {
  let [first, last] = [Infinity, -Infinity];
  dataset.symbols.forEach(({ time }, symbol) => {
    const { test } = split.parts[symbol]!;
    if (test.length === 0) return;
    first = Math.min(first, time[test[0]!]!);
    last = Math.max(last, time[test.at(-1)!]!);
  });
  return { start: new Date(first).toISOString(), end: new Date(last).toISOString(), rows: parts.test.rows };
}
