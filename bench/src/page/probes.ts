/** Scripts that run in the page. They are texts, because this package knows no DOM. */

/** Makes `firstRows` a promise of the ms from the navigation to the frame that shows the first rows. */
export const FIRST_ROWS = `window.firstRows = new Promise((resolve) => {
  const look = () => {
    if (document.querySelector('[data-row] [data-focus]') === null) return requestAnimationFrame(look);
    // after the frame that is being made
    requestAnimationFrame(() => resolve(performance.now()));
  };
  requestAnimationFrame(look);
})`;

/** Scrolls by `pixels` in each frame for `ms`, back at the end of the page. Answers the ms between frames. */
export function scrollScript(pixels: number, ms: number): string {
  return `new Promise((resolve) => {
    const gaps = [];
    let step = ${pixels};
    let start = null;
    let before = null;
    const next = (at) => {
      if (before !== null) gaps.push(at - before);
      start ??= at;
      before = at;
      if (at - start > ${ms}) return resolve(gaps);
      const y = scrollY;
      scrollBy(0, step);
      if (scrollY === y) step = -step;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  })`;
}

/**
 * Collects in `delays` the ms from each stamp of `stamp-hook.ts` to the frame after the one in which the row shows that state. Reads
 * the page's own stream beside it. A state that a newer one replaced before a frame showed it counts with the newer one.
 */
export const EVENT_TO_PIXEL = `(() => {
  window.delays = [];
  const waiting = new Map();
  const last = new Map();
  const now = () => performance.timeOrigin + performance.now();
  const isShown = (id, line) => {
    const row = document.querySelector('a[href="/app/operations/' + id + '"]')?.closest('[data-row]');
    return row?.querySelector('.operation-progress .operation-line')?.textContent === line;
  };
  const look = () => {
    for (const [id, { at, line }] of waiting) {
      if (!isShown(id, line)) continue;
      waiting.delete(id);
      requestAnimationFrame(() => window.delays.push(now() - at));
    }
  };
  const take = (event) => {
    const at = Number(/^: at ([\\d.]+)$/m.exec(event)?.[1]);
    const data = /^data: (.*)$/m.exec(event)?.[1];
    if (!(at > 0) || data === undefined) return;
    const { operation_id: id, status, progress } = JSON.parse(data);
    const line = progress.current_step;
    const isChange = last.get(id) !== line;
    last.set(id, line);
    if (status === 'running' && isChange) waiting.set(id, { at: waiting.get(id)?.at ?? at, line });
  };
  const read = async (body) => {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const events = (rest + value).split('\\n\\n');
      rest = events.pop();
      events.forEach(take);
      look();
    }
  };
  const { fetch } = window;
  window.fetch = async (...request) => {
    const response = await fetch(...request);
    if (request[0] !== '/operations/events' || response.body === null) return response;
    const [one, other] = response.body.tee();
    void read(other);
    return new Response(one, { status: response.status, headers: response.headers });
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
})()`;
