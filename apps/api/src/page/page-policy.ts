/**
 * Content policy of the page and the documentation: they load files of the service and nothing else. There are no inline scripts,
 * no inline styles and no `eval`.
 *
 * `style-src 'self'` allows what scripts set through the CSSOM (`element.style`, constructed style sheets); it refuses `<style>`
 * elements and `style` attributes in HTML. uPlot and Preact set styles through the CSSOM. CodeMirror writes a `<style>` element into a
 * document, and a constructed style sheet into a shadow root: the editor must be in a shadow root. lightweight-charts writes a `<style>`
 * element for its logo only: `attributionLogo: false`, with the link of its licence beside the chart.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
