/** Letters that may differ, as a share of the longer word. */
const MOST_DIFFERENT = 0.4;

/** The candidate that is most like a misspelt word; `null` if none is like it. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = Infinity;
  if (word === '') return null;
  const typed = word.toLowerCase();
  for (const candidate of candidates) {
    const known = candidate.toLowerCase();
    const longer = Math.max(typed.length, known.length);
    // the start of a longer name is a usual way to be wrong
    const distance = known.startsWith(typed) && typed.length >= 3 ? 1 : distanceOf(typed, known);
    if (distance < bestDistance && distance <= Math.max(1, Math.floor(longer * MOST_DIFFERENT))) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment). */
function distanceOf(one: string, other: string): number {
  const rows = Array.from({ length: one.length + 1 }, (_, i) =>
    Array.from({ length: other.length + 1 }, (_item, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  for (let i = 1; i <= one.length; i++) {
    for (let j = 1; j <= other.length; j++) {
      const differs = one[i - 1] === other[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      rows[i]![j] = Math.min(
        rows[i - 1]![j]! + 1,
        rows[i]![j - 1]! + 1,
        rows[i - 1]![j - 1]! + differs,
        swapped ? rows[i - 2]![j - 2]! + 1 : Infinity,
      );
    }
  }
  return rows[one.length]![other.length]!;
}
