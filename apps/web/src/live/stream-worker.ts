/** A worker that all tabs of a browser share: it reads the stream of all operations for them. */
import { readStream } from './event-stream.js';
import { EVENTS } from './events-address.js';
import { SharedStream } from './shared-stream.js';

const stream = new SharedStream((listener) => readStream(EVENTS, listener));

addEventListener('connect', (event) => {
  const [tab] = (event as MessageEvent).ports;
  if (tab !== undefined) stream.join(tab);
});
