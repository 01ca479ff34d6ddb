/** `npm run chaos -- --seed S --runs N [--mode local|host|queue]` prints one line per run and appends it to `chaos/results.jsonl`. */
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Chaos, FEATURES, MODES, type Mode, type RunReport } from './index.js';

const RESULTS = join(import.meta.dirname, '../results.jsonl');

const { seed, runs, mode } = readArguments();

const chaos = await Chaos.open();
let violations = 0;
try {
  for (let number = 0; number < runs; number++) {
    const report = await chaos.run(seed + number, mode);
    violations += report.violations.length;
    show(report);
    await appendFile(RESULTS, `${JSON.stringify(report)}\n`);
  }
} finally {
  await chaos.close();
}
await summarise();
process.exitCode = violations === 0 ? 0 : 1;

/** Prints the usage and exits with code 2 if an argument is invalid. */
function readArguments(): { seed: number; runs: number; mode: Mode | null } {
  try {
    const { values } = parseArgs({
      options: {
        seed: { type: 'string', default: '1' },
        runs: { type: 'string', default: '5' },
        mode: { type: 'string' },
      },
    });
    const [seed, runs] = [Number(values.seed), Number(values.runs)];
    const mode = (values.mode ?? null) as Mode | null;
    if ([seed, runs].every(Number.isSafeInteger) && (mode === null || MODES.includes(mode))) {
      return { seed, runs, mode };
    }
  } catch {
    // an unknown option gets the same usage line as an invalid value
  }
  console.error(`Usage: npm run chaos -- --seed <integer> --runs <integer> [--mode ${MODES.join('|')}]`);
  return process.exit(2);
}

function show(report: RunReport): void {
  const { faults, attempts, seconds } = report;
  const passed = report.violations.length === 0;
  const run = `seed ${report.seed}, ${report.mode}`;
  console.log(
    `${run}: ${passed ? 'ok' : 'VIOLATED'} in ${seconds} s; with ${report.with.join(' ')}; attempts ${attempts.join(' ')}; faults ${faults.join(', ')}`,
  );
  for (const violation of report.violations) console.log(`  ${violation}`);
  if (!passed) console.log(`  repeat: npm run chaos -- --seed ${report.seed} --runs 1 --mode ${report.mode}`);
}

function isViolated({ violations }: RunReport): boolean {
  return violations.length > 0;
}

async function summarise(): Promise<void> {
  const lines = (await readFile(RESULTS, 'utf8')).trim().split('\n');
  const all = lines.map((line) => JSON.parse(line) as RunReport);
  const violated = all.filter(isViolated);
  const faults = all.reduce((sum, report) => sum + report.faults.length, 0);
  console.log(
    `\nAll recorded runs: ${all.length}, with ${faults} faults; runs with violations: ${violated.length}`,
  );
  // earlier runs exercised none of them and have no such field
  const full = all.filter((report) => FEATURES.every((feature) => report.with?.includes(feature)));
  console.log(
    `Runs with ${FEATURES.join(', ')}: ${full.length}, with violations: ${full.filter(isViolated).length}`,
  );
}
