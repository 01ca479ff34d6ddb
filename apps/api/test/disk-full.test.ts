import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { HealthReport, ModelList } from '@ktrdr/contracts';
import { freePort } from '@ktrdr/contracts/testing';
import { writeSampleBars } from '@ktrdr/market-data';
import { dataOf, filesBelow, ROOT, Sandbox } from '@ktrdr/service-kit/testing';
import type { TestService } from '@ktrdr/service-kit/testing';
import { requires, smallDisks } from '../../../tools/requirements.js';
import { refusal } from './refusal.js';
import { QUICK, strategyText } from '@ktrdr/service-kit/testing';

/** A full disk: the operation reports it, existing files stay, and no partial file remains. */
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await Sandbox.create();
  await writeSampleBars({
    dataDir: sandbox.dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
});

afterAll(() => sandbox.close());

/** 250 KiB of weights. */
const LARGE = strategyText({ epochs: 1, layers: [250, 250] });

/** Runs a service in a private mount namespace, in which `mounts` can provide small disks. */
function inNamespace(mounts: string): string {
  return `exec unshare --map-root-user --mount sh -c '${mounts} && exec "$0" "$@"' "$0" "$@"`;
}

const { describe: withSmallDisks } = requires(smallDisks());

withSmallDisks('disks of a few KiB', () => {
  let api: TestService;

  beforeAll(async () => {
    const disk = (folder: string, size: string): string =>
      `mkdir -p "${folder}" && mount -t tmpfs -o size=${size} none "${folder}"`;
    const mounts = [
      disk('$MODELS_DIR', '256k'),
      disk('$STATE_DIR/training_analytics', '4k'),
      `cp "$DATA_DIR"/AAPL_1h.csv "$STRATEGIES_DIR"`,
      disk('$DATA_DIR', '128k'),
      `mv "$STRATEGIES_DIR"/AAPL_1h.csv "$DATA_DIR"`,
    ];
    api = await sandbox.startApi(
      'small',
      { STRATEGIES_DIR: sandbox.directory },
      inNamespace(mounts.join(' && ')),
    );
  });

  /** Lists files as the service sees them. */
  function filesOfService(folder: string): Promise<string[]> {
    return filesBelow(`/proc/${api.pid}/root${sandbox.path(folder)}`);
  }

  test('full while a model is written: disk_full, and the existing model stays', async () => {
    const first = await api.untilEnded(await api.startTraining({ strategy: QUICK }));
    expect(first).toMatchObject({ status: 'completed', error: null });
    const before = await filesOfService('small-models');
    expect(before).toHaveLength(5);

    const second = await api.untilEnded(await api.startTraining({ strategy: LARGE }));
    expect(second).toMatchObject({ status: 'failed', result: null, error: { code: 'disk_full' } });
    expect(second.error?.message).toMatch(
      /^The disk is full \(ENOSPC\): .* Free some space or set MODELS_DIR/,
    );
    expect(await filesOfService('small-models')).toEqual(before);
    expect(dataOf(await api.get<ModelList>('/models')).models.map(({ model }) => model)).toEqual([
      'pattern/1h_v1',
    ]);
    expect((await api.get('/models/pattern/1h_v1')).status).toBe(200);

    const third = await api.untilEnded(await api.startTraining({ strategy: QUICK }));
    expect(third).toMatchObject({ status: 'completed', result: { artifacts: { model: 'pattern/1h_v2' } } });
  });

  test('full while analytics are written: disk_full, and no model is stored without them', async () => {
    const before = await filesOfService('small-models');
    const id = await api.startTraining({ strategy: QUICK, detailed_analytics: true });
    const operation = await api.untilEnded(id);
    expect(operation).toMatchObject({ status: 'failed', result: null, error: { code: 'disk_full' } });
    expect(operation.error?.message).toMatch(/set STATE_DIR to a folder on another disk/);
    expect(await filesOfService('small-models')).toEqual(before);
    expect(await filesOfService('small-state/training_analytics')).toEqual([]);
  });

  test('full while a sample is written: 507 immediately, and no partial file', async () => {
    const before = await filesOfService('data');
    expect(before).toHaveLength(1);
    const body = JSON.stringify({ symbol: 'MSFT', timeframe: '1m' });
    expect(await refusal(api.url, { path: '/data/sample', body })).toEqual({
      code: '507 disk_full',
      message: expect.stringMatching(/disk is full/),
    });
    expect(await filesOfService('data')).toEqual(before);
  });
});

withSmallDisks('disks that fail while a service runs, and before it starts', () => {
  const mounted = (options: string): string =>
    inNamespace(`mkdir -p "$MODELS_DIR" && mount -t tmpfs ${options} none "$MODELS_DIR"`);

  test('read-only models: down in the health and 500 in answers, and up again after', async () => {
    const api = await sandbox.startApi('remounted', {}, mounted('-o size=1m'));
    const health = async () => ((await (await fetch(`${api.url}/health`)).json()) as HealthReport).error;
    const remount = (mode: string): void => {
      const args = ['--user', '--mount', '--preserve-credentials', `--target=${api.pid}`];
      const folder = sandbox.path('remounted-models');
      const { status, stderr } = spawnSync('nsenter', [...args, 'mount', '-o', `remount,${mode}`, folder]);
      if (status !== 0) throw new Error(String(stderr));
    };
    expect(await health()).toEqual({});
    remount('ro');
    expect(await health()).toMatchObject({
      models: {
        status: 'down',
        message: expect.stringMatching(
          /^The folder \S+ \(MODELS_DIR\) is on a read-only disk \(EROFS\)\. Make the disk writable/,
        ),
      },
    });
    const operation = await api.untilEnded(await api.startTraining({ strategy: QUICK }));
    expect(operation).toMatchObject({ status: 'failed', error: { code: 'storage_failed' } });
    remount('rw');
    expect(await health()).toEqual({});
    await api.stop();
  });

  test('no space for the store: one line, exit code 1', async () => {
    const full = inNamespace(
      'mount -t tmpfs -o size=8k none "$STATE_DIR" && dd if=/dev/zero of="$STATE_DIR"/x bs=1k count=8 2>/dev/null',
    );
    await mkdir(sandbox.path('full'));
    const main = join(ROOT, 'apps/api/dist/main.js');
    const service = sandbox.spawn('sh', ['-c', full, process.execPath, main], {
      PORT: String(await freePort()),
      STATE_DIR: sandbox.path('full'),
    });
    expect(await service.ended).toEqual({ code: 1, signal: null });
    expect(service.output).toMatch(
      /^The disk is full: \S+ktrdr\.db could not be written\. Free some space .*\n$/,
    );
  });
});

test('a limit on the size of files counts as a full disk', async () => {
  // Limits files to 8 MiB (POSIX counts blocks of 512 bytes): enough for the operations, too little for 13 MB of weights.
  const api = await sandbox.startApi('limited', {}, 'ulimit -f 16384');
  const strategy = strategyText({ epochs: 1, layers: [1800, 1800] });
  const operation = await api.untilEnded(await api.startTraining({ strategy }));
  expect(operation).toMatchObject({ status: 'failed', error: { code: 'disk_full' }, result: null });
  expect(dataOf(await api.get<ModelList>('/models'))).toEqual({ models: [] });
  expect(await filesBelow(sandbox.path('limited-models'))).toEqual([]);
  await api.stop();
});
