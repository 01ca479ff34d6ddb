/** `npm run fuzz -- --seed S --runs N [--target T]` prints one line per target and appends it to `fuzz/results.jsonl`. */
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzzInNewWorld } from './fuzz-in-new-world.js';
import type { FuzzReport } from './fuzz.js';
import { TARGETS, type TargetName } from './target.js';

const RESULTS = join(import.meta.dirname, '../results.jsonl');

const { seed, runs, targets } = readArguments();
let failures = 0;
for (const name of targets) {
  const report = await fuzzInNewWorld(name, { seed, runs });
  if (report.failure !== null) failures += 1;
  show(report);
  await appendFile(RESULTS, `${JSON.stringify(report)}\n`);
}
await summarise();
process.exitCode = failures === 0 ? 0 : 1;

/** Prints the usage and exits with code 2 if an argument is invalid. */
function readArguments(): { seed: number; runs: number; targets: readonly TargetName[] } {
  try {
    const { values } = parseArgs({
      options: {
        seed: { type: 'string', default: '1' },
        runs: { type: 'string', default: '200' },
        target: { type: 'string' },
      },
    });
    const [seed, runs] = [Number(values.seed), Number(values.runs)];
    const target = values.target as TargetName | undefined;
    if ([seed, runs].every(Number.isSafeInteger) && (target === undefined || TARGETS.includes(target))) {
      return { seed, runs, targets: target === undefined ? TARGETS : [target] };
    }
  } catch {
    // an unknown option gets the same usage line as an invalid value
  }
  console.error(`Usage: npm run fuzz -- --seed <integer> --runs <integer> [--target ${TARGETS.join('|')}]`);
  return process.exit(2);
}

function show({ target, seed: of, cases, seconds, traced, failure }: FuzzReport): void {
  const untraced = traced ? '' : '; opened files and sockets were not traced: strace is missing';
  console.log(
    `${target}, seed ${of}: ${failure === null ? 'ok' : 'FAILED'} after ${cases} cases in ${seconds} s${untraced}`,
  );
  if (failure !== null)
    console.log(`  ${failure.error}\n  case: ${failure.case}\n  repeat: ${failure.repeat}`);
}

async function summarise(): Promise<void> {
  const lines = (await readFile(RESULTS, 'utf8')).trim().split('\n');
  const all = lines.map((line) => JSON.parse(line) as FuzzReport);
  const cases = new Map<string, number>();
  for (const report of all) cases.set(report.target, (cases.get(report.target) ?? 0) + report.cases);
  const failed = all.filter((report) => report.failure !== null).length;
  console.log(
    `\nAll recorded cases: ${[...cases].map(([name, count]) => `${name} ${count}`).join(', ')}; runs that failed: ${failed}`,
  );
}
