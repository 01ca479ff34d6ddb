/**
 * Loaded into the services of a sandbox by `--import`. Measures the longest hold of the service's event loop for a test
 * in another process: from a connection to the socket `KTRDR_TEST_LOOP` until the client ends its side. The answer is
 * the hold in ms.
 */
import { existsSync, unlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { LoopWatch } from './loop-watch.js';

const { KTRDR_TEST_LOOP: path } = process.env;

// child processes of the service inherit the variable
if (path !== undefined && process.argv[1]?.endsWith('main.js') === true) {
  if (existsSync(path)) unlinkSync(path);
  createServer({ allowHalfOpen: true }, (socket) => {
    const watch = new LoopWatch();
    socket
      .on('error', () => socket.destroy())
      .on('end', () => socket.end(String(watch.stop())))
      .on('close', () => watch.stop())
      .write('watching\n');
    socket.resume();
  })
    .listen(path)
    .unref();
}
