/**
 * Reads bars in a separate process: `node read-in-process.js DATA_DIR STATE_DIR READS`. Prints the time of each read (ms) and the
 * memory that the process needed for them (bytes), as JSON.
 */
import { readBars } from '@ktrdr/market-data';

const [dataDir = '', stateDir = '', reads = '1'] = process.argv.slice(2);
const before = process.memoryUsage.rss();
const took: number[] = [];
let rows = 0;
for (let read = 0; read < Number(reads); read += 1) {
  const start = performance.now();
  rows = (await readBars({ dataDir, stateDir, symbol: 'LARGE', timeframe: '1m' })).length;
  took.push(performance.now() - start);
  globalThis.gc?.();
}
const bytes = process.resourceUsage().maxRSS * 1024 - before;
console.log(JSON.stringify({ took, rows, bytes }));
