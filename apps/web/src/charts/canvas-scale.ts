/** Default text size of a browser, px. */
const USUAL_TEXT = 16;

/** How much larger than usual the page's text is. A chart is drawn in pixels, so it needs this factor to grow with the text. */
export function canvasScale(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL_TEXT;
}
