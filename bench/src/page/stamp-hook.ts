/**
 * Loaded into the API by `--import`. Writes the time before each event of an operation, as a comment of the stream. The API contains
 * no code for this.
 */
import { Readable } from 'node:stream';

const push = Object.getOwnPropertyDescriptor(Readable.prototype, 'push')?.value as Readable['push'];

Readable.prototype.push = function stamped(chunk: unknown, encoding) {
  if (typeof chunk !== 'string' || !chunk.startsWith('event: operation\n'))
    return push.call(this, chunk, encoding);
  return push.call(this, `: at ${performance.timeOrigin + performance.now()}\n${chunk}`, encoding);
};
