/**
 * Loaded into the API by `--import`. On SIGUSR2 it runs a garbage collection and prints the remaining memory. The API contains no
 * code for this.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MEMORY_LINE } from './memory-line.js';

const COLLECTIONS = 3;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

process.on('SIGUSR2', () => void tell());

async function tell(): Promise<void> {
  for (let turn = 0; turn < COLLECTIONS; turn++) {
    collect();
    // gives finalisers a turn of the event loop
    await sleep(50);
  }
  process.stdout.write(`${MEMORY_LINE}${JSON.stringify(process.memoryUsage())}\n`);
}
