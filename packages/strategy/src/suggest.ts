/** Limits for suggestions. Longer words and longer lists are ignored, which bounds the work on hostile files. */
const LONGEST_WORD = 40;
const MOST_CANDIDATES = 60;

/**
 * The candidate that the user most likely meant: at most a third of its letters differ, or one name contains the other.
 * `null` if none is close.
 */
export function closest(word: string, candidates: Iterable<string>): string | null {
  const wanted = word.toLowerCase();
  if (wanted.length > LONGEST_WORD) return null;
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const candidate of [...candidates].slice(0, MOST_CANDIDATES)) {
    const other = candidate.toLowerCase();
    if (other.length > LONGEST_WORD) continue;
    const held =
      Math.min(wanted.length, other.length) >= 4 && (wanted.includes(other) || other.includes(wanted));
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, other.length) / 3));
    if (!held && Math.abs(wanted.length - other.length) > allowed) continue;
    const distance = editDistance(wanted, other);
    if ((held || distance <= allowed) && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `; did you mean "x"?`, or an empty text. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const suggestion = closest(word, candidates);
  return suggestion === null ? '' : `; did you mean ${JSON.stringify(suggestion)}?`;
}

/** Number of letters to change, add, remove or swap with a neighbour (optimal string alignment distance). */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(row[j - 1]! + 1, previous[j]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, beforePrevious[j - 2]! + 1);
      }
      row.push(cost);
    }
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length]!;
}
