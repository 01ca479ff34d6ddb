/** Size of a browser's text by default, px. */
const USUAL_TEXT = 16;

/** How much larger than usual the page's text is. A chart is drawn in pixels, so it follows the text only with this factor. */
export function canvasScale(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL_TEXT;
}
