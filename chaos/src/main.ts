/** `npm run chaos -- --seed S --runs N [--mode local|host|queue]`: a line a run; runs add up in `chaos/results.jsonl`. */
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Chaos, MODES, type Mode, type RunReport } from './index.js';

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

/** Ends the process where the words are none that it knows. */
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
    // what it does not know is answered as what is no number
  }
  console.error(`npm run chaos -- --seed <number> --runs <number> [--mode ${MODES.join('|')}]`);
  return process.exit(2);
}

function show({ seed: of, mode: in_, faults, attempts, seconds, violations: wrong }: RunReport): void {
  const verdict = wrong.length === 0 ? 'ok' : 'VIOLATED';
  console.log(
    `seed ${of} ${in_} ${verdict} in ${seconds} s, attempts ${attempts.join(' ')}: ${faults.join(', ')}`,
  );
  for (const line of wrong) console.log(`  ${line}`);
  if (wrong.length > 0) console.log(`  again: npm run chaos -- --seed ${of} --runs 1 --mode ${in_}`);
}

async function summarise(): Promise<void> {
  const lines = (await readFile(RESULTS, 'utf8')).trim().split('\n');
  const all = lines.map((line) => JSON.parse(line) as RunReport);
  const bad = all.filter(({ violations: wrong }) => wrong.length > 0);
  const faults = all.reduce((sum, { faults: each }) => sum + each.length, 0);
  console.log(`\n${all.length} runs in all with ${faults} faults: ${bad.length} with violations`);
}
