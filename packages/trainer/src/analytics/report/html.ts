import { printable } from '@ktrdr/contracts';

/** Escapes text for HTML and SVG, also inside attributes. What is invisible, or would turn text round, is shown. */
export function escapeHtml(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** `54.2 %` */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Three significant digits without trailing zeros: `0.0012`, `12.3`, `1e-7`. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A table of text cells. Its style aligns the first column to the left, the others to the right. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, values: readonly string[]): string =>
    `<tr>${values.map((value) => `<${tag}>${escapeHtml(value)}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll"><table><thead>${cells('th', heads)}</thead><tbody>${rows.map((row) => cells('td', row)).join('')}</tbody></table></div>`;
}
