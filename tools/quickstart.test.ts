/** Runs the quickstart without installation and build, as a separate process with temporary folders. */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ROOT, Sandbox, until, type TestProcess } from '../packages/service-kit/src/testing/index.js';

const TRAINING_MS = 60_000;

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await Sandbox.create();
});

afterEach(() => sandbox.close());

const tool = (name: string): string => JSON.stringify(pathToFileURL(join(ROOT, 'tools', name)).href);

/** @param before code that runs after the signal handlers are installed and before anything starts */
function firstTraining(before = ''): TestProcess {
  const script = `
    import { firstTraining } from ${tool('first-training.mjs')};
    import { stopOnSignals } from ${tool('interruption.mjs')};
    import { main } from ${tool('workspace.mjs')};
    const stop = stopOnSignals();
    ${before}
    await main(() => firstTraining(stop));`;
  return sandbox.spawn(process.execPath, ['--input-type=module', '--eval', script], {
    PORT: '',
    DATA_DIR: sandbox.dataDir,
    MODELS_DIR: sandbox.path('models'),
    STATE_DIR: sandbox.path('state'),
  });
}

const DAY_MS = 86_400_000;

/** Writes a user's own bars to the file that the quickstart would write: `days` daily bars with swings to learn. */
async function ownBars(days: number): Promise<string> {
  const file = join(sandbox.dataDir, 'SP500_1d.csv');
  const rows = Array.from({ length: days }, (_, day) => {
    const price = 100 + 15 * Math.sin(day / 9) + 10 * Math.sin(day / 31);
    const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
    return `${date},${price},${price + 1},${price - 1},${price},1000`;
  });
  await writeFile(file, `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`);
  return file;
}

test(
  'existing bars are kept and used for the training',
  async () => {
    const file = await ownBars(2_000);
    const bars = await readFile(file);
    const quickstart = firstTraining();
    const end = await quickstart.ended;
    expect({ ...end, output: quickstart.output }).toMatchObject({ code: 0 });
    expect(quickstart.output).toMatch(
      /SP500_1d\.csv already exists[^]*\nOne seed\. [^\n]*:\nmodel sp500_daily\/1d_v1, test accuracy [\d.]+ %\n(?:Edge found|No edge found|Too little data to tell): [^\n]*\.\n\n16 seeds\. [^\n]*:\n[^]*\ncompleted in [^\n]*\n\n {2}(Edge found|No edge found|Too little data to tell): [^]*\n {2}seeds +[\d.]+ % ± [\d.]+ % accuracy over 16 seeds \(42 to 57\)[^]*\n {2}test accuracy [^]*sp500_daily\/1d_v2/,
    );
    expect((await readFile(file)).equals(bars)).toBe(true);
    // the missing files were created and are marked as synthetic
    for (const name of ['AAPL_1m.csv', 'AAPL_1h.csv']) {
      expect(await readFile(join(sandbox.dataDir, name), 'utf8')).toMatch(
        /^# synthetic bars, not market data: AAPL/,
      );
    }
    expect(await sandbox.processes()).toEqual([]);
  },
  TRAINING_MS,
);

test.each(['SIGINT', 'SIGTERM'] as const)('%s before the API starts ends the quickstart', async (signal) => {
  const quickstart = firstTraining(`process.kill(process.pid, '${signal}');`);
  expect(await quickstart.ended).toMatchObject({ code: signal === 'SIGINT' ? 130 : 143 });
  expect(quickstart.output).toBe(`Stopped by ${signal}.\n`);
  expect(await readdir(sandbox.dataDir)).toEqual([]);
  expect(await sandbox.processes()).toEqual([]);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s cancels the training and leaves no process',
  async (signal, code) => {
    await ownBars(6_000);
    const quickstart = firstTraining();
    await until(
      'training',
      async () => quickstart.output,
      (output) => output.includes('[epoch'),
    );
    quickstart.kill(signal);
    expect(await quickstart.ended).toMatchObject({ code });
    expect(quickstart.output).toMatch(/cancelled/);
    expect(await sandbox.processes()).toEqual([]);
  },
  TRAINING_MS,
);
