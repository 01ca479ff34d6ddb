/**
 * Program: imports one file, as the product's process does, and prints what it took as JSON. Arguments: the file, its name, the choices as
 * JSON, an empty folder for the bars.
 */
import type { ImportChoices } from '@ktrdr/contracts';
import { readImport } from '@ktrdr/data-import';
import { storeBars } from '@ktrdr/market-data';

const [, , path = '', name = '', choices = '{}', dataDir = ''] = process.argv;
const now = Date.now();
const begin = performance.now();
const before = process.cpuUsage();
const { understood, bars } = await readImport({ path, name }, JSON.parse(choices) as ImportChoices, { now });
if (understood.questions.length > 0)
  throw new Error(understood.questions.map(({ message }) => message).join('\n'));
const read = performance.now();
const afterRead = process.cpuUsage(before);
const at = new Date(now).toISOString();
await storeBars(dataDir, bars, {
  onConflict: 'refuse',
  origin: { kind: 'import', from: name, sha256: understood.sha256, profile: null, at },
});
const stored = performance.now();
const after = process.cpuUsage(before);
const ms = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;
console.log(
  JSON.stringify({
    rows: bars.reduce((sum, { length }) => sum + length, 0),
    readMs: read - begin,
    importMs: stored - begin,
    readProcessorMs: ms(afterRead),
    importProcessorMs: ms(after),
    megabytes: (process.resourceUsage().maxRSS * 1024) / 1e6,
  }),
);
