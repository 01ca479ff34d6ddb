import type { Curve } from './curve.js';

/**
 * Curves with the same values cover each other: those after the first become dashed, so that both colours are seen.
 * @returns also a sentence for each group of them
 */
export function showEqual(curves: readonly Curve[]): { curves: Curve[]; notes: string[] } {
  const groups = new Map<string, Curve[]>();
  for (const curve of curves) {
    const key = JSON.stringify([curve.values, curve.isFaint === true]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [curve]);
    else group.push({ ...curve, isDashed: true });
  }
  const dashed = new Map([...groups.values()].flatMap((group) => group.map((curve) => [curve.name, curve])));
  return {
    curves: curves.map((curve) => (curve.isFaint === true ? curve : (dashed.get(curve.name) ?? curve))),
    notes: [...groups.values()]
      .filter(([first, second]) => second !== undefined && first?.isFaint !== true)
      .map((group) => `${namesOf(group)} have the same curve.`),
  };
}

/** `A, B and C`. */
function namesOf(curves: readonly Curve[]): string {
  const names = curves.map(({ name }) => name);
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
