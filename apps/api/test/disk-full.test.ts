import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ModelList } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { dataOf, filesBelow, Sandbox } from '@ktrdr/service-kit/testing';
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
