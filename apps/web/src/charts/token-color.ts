/**
 * The colour that a token has on an element now, such as `rgb(44, 71, 191)`. A canvas needs it: `light-dark()` is resolved in the value
 * of a property, and not in that of a variable.
 * @param token such as `--series-1`
 */
export function tokenColor(element: HTMLElement, token: string): string {
  const before = element.style.color;
  element.style.color = `var(${token})`;
  const { color } = getComputedStyle(element);
  element.style.color = before;
  return color;
}

/** @param color such as `rgb(44, 71, 191)` @param alpha 0 to 1 */
export function withAlpha(color: string, alpha: number): string {
  return color.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
}
