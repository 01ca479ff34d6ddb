/**
 * Runs five thousand short operations through one API: completed, cancelled, trainings, and some whose event reader disconnects.
 * Compares what the idle API holds after the first five hundred and after all. Argument: number of operations.
 */
import { writeSampleBars } from '@ktrdr/market-data';
import { Sandbox } from '@ktrdr/service-kit/testing';
import { report, type ReportRow } from './report.js';
import { leftoversOf, type Leftovers } from './soak/leftovers.js';
import { runShortOperations } from './soak/short-operations.js';

const WARM_UP = 500;
const GROWTH_TARGET = 5;

const operations = Number(process.argv[2] ?? 5_000);
const hook = new URL('soak/memory-hook.js', import.meta.url);
const sandbox = await Sandbox.create();
try {
  const { dataDir } = sandbox;
  const range = { startDate: '2024-01-01', endDate: '2024-03-01' };
  await writeSampleBars({ dataDir, symbol: 'AAPL', timeframe: '1h', ...range });
  const api = await sandbox.startApi('soak', { NODE_OPTIONS: `--import ${hook.href}` });
  await runShortOperations(api, 0, WARM_UP);
  const before = await leftoversOf(api, sandbox);
  await runShortOperations(api, WARM_UP, operations);
  const after = await leftoversOf(api, sandbox);
  await report('soak', rows(before, after));
  const left = newHandles(before, after);
  if (left.length > 0) console.log(`leaked handles: ${left.join(', ')}`);
} finally {
  await sandbox.close();
}

function rows(before: Leftovers, after: Leftovers): ReportRow[] {
  const growth = 100 * (after.memory / before.memory - 1);
  const free = { target: null, met: null };
  const none = (value: number) => ({ target: '0', met: value === 0 });
  const row = (
    measure: string,
    first: number | null,
    value: number,
    unit: string,
    aim: Pick<ReportRow, 'target' | 'met'>,
  ): ReportRow =>
    ({ measure, [`after ${WARM_UP}`]: first, [`after ${operations}`]: value, unit, ...aim }) as ReportRow;
  const [handles, children] = [newHandles(before, after).length, after.children.length];
  return [
    row('memory after garbage collection', before.memory, after.memory, 'MiB', free),
    row('growth of that memory', null, growth, '%', {
      target: `< ${GROWTH_TARGET}`,
      met: growth < GROWTH_TARGET,
    }),
    row('resident memory', before.resident, after.resident, 'MiB', free),
    row('open handles', before.handles.length, after.handles.length, '', free),
    row('leaked handles', null, handles, '', none(handles)),
    row('child processes', before.children.length, children, '', none(children)),
  ];
}

/** Handles of `after` that `before` lacks; duplicates count separately. */
function newHandles(before: Leftovers, after: Leftovers): string[] {
  const known = [...before.handles];
  return after.handles.filter((handle) => {
    const at = known.indexOf(handle);
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
}
