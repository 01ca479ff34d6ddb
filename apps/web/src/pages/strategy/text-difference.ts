/** One line of two texts side by side. */
export interface DifferentLine {
  kind: 'same' | 'removed' | 'added';
  text: string;
}

/** Above this product of lines, the middle parts are not compared line by line. */
const MOST_CELLS = 4_000_000;

/** Lines of `before` and `after` in order: those of both once, others as removed or added. */
export function textDifference(before: string, after: string): DifferentLine[] {
  const a = before.split('\n');
  const b = after.split('\n');
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  return [
    ...lines('same', a.slice(0, start)),
    ...middleDifference(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...lines('same', a.slice(a.length - end)),
  ];
}

function lines(kind: DifferentLine['kind'], texts: readonly string[]): DifferentLine[] {
  return texts.map((text) => ({ kind, text }));
}

/** Keeps a longest common subsequence. */
function middleDifference(a: readonly string[], b: readonly string[]): DifferentLine[] {
  if (a.length * b.length > MOST_CELLS) return [...lines('removed', a), ...lines('added', b)];
  const width = b.length + 1;
  // lengths of the longest common subsequence of the rest of both
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] =
        a[i] === b[j]
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
  const merged: DifferentLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      merged.push({ kind: 'same', text: a[i]! });
      i += 1;
      j += 1;
    } else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) {
      merged.push({ kind: 'removed', text: a[i]! });
      i += 1;
    } else {
      merged.push({ kind: 'added', text: b[j]! });
      j += 1;
    }
  }
  return [...merged, ...lines('removed', a.slice(i)), ...lines('added', b.slice(j))];
}

/** Equal lines that are kept around each difference. */
const CONTEXT = 3;

/** Lines near a difference; a row of equal lines that is left out becomes their number. */
export function foldEqualLines(difference: readonly DifferentLine[]): (DifferentLine | number)[] {
  const isNear = difference.map(() => false);
  difference.forEach(({ kind }, index) => {
    if (kind !== 'same') isNear.fill(true, Math.max(0, index - CONTEXT), index + CONTEXT + 1);
  });
  const folded: (DifferentLine | number)[] = [];
  difference.forEach((line, index) => {
    const last = folded.at(-1);
    if (isNear[index] === true) folded.push(line);
    else if (typeof last === 'number') folded[folded.length - 1] = last + 1;
    else folded.push(1);
  });
  return folded;
}
