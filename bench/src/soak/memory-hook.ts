/**
 * Loaded into the API by `--import`: on SIGUSR2 it collects its garbage and writes a line that says what memory is left. The API
 * knows nothing of it.
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
    // finalisers run between two turns
    await sleep(50);
  }
  process.stdout.write(`${MEMORY_LINE}${JSON.stringify(process.memoryUsage())}\n`);
}
