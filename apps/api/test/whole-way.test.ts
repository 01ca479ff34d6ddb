import { readdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OperationList, OperationSummary } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { AUTO_ENGINE, LONG_GRACE, dataOf, Sandbox, until } from '@ktrdr/service-kit/testing';
import type { TestProcess, TestService } from '@ktrdr/service-kit/testing';
import { LONG, QUICK } from '@ktrdr/service-kit/testing';

/** CLI -> API -> host -> training process, each a real process, over real HTTP; and the same with a training on the API. */
let sandbox: Sandbox;
let host: TestService;
let places: Record<'host' | 'local', TestService>;

beforeAll(async () => {
  sandbox = await Sandbox.create();
  await writeSampleBars({
    dataDir: sandbox.dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
  await writeFile(sandbox.path('quick.yaml'), QUICK);
  await writeFile(sandbox.path('long.yaml'), LONG);
  host = await sandbox.startHost('host', { ...LONG_GRACE, ...AUTO_ENGINE });
  const [remote, local] = await Promise.all([
    sandbox.startApi('remote', { ...Sandbox.onHost(host), ...AUTO_ENGINE }),
    sandbox.startApi('local', { ...LONG_GRACE, ...AUTO_ENGINE }),
  ]);
  places = { host: remote, local };
});

afterAll(() => sandbox.close());

function ktrdr(api: TestService, ...args: string[]): TestProcess {
  return sandbox.ktrdr(api, args, { detached: true });
}

async function newest(api: TestService): Promise<OperationSummary | undefined> {
  return dataOf(await api.get<OperationList>('/operations?limit=1')).operations[0];
}

describe.each(['host', 'local'] as const)('ktrdr models train (%s)', (place) => {
  const suffix = place === 'host' ? ' (host service)' : '';

  test('shows the training and ends with a stored model', async () => {
    const api = places[place];
    const cli = ktrdr(api, 'models', 'train', sandbox.path('quick.yaml'), '--seed', '3');
    const end = await cli.ended;
    expect({ ...end, output: cli.output }).toMatchObject({ code: 0 });
    expect(cli.output).toContain('Training MLP model on AAPL');
    expect(cli.output.includes('(host service)')).toBe(place === 'host');
    expect(cli.output).toContain('pattern/1h_v1');
    const models = sandbox.path(place === 'host' ? 'remote-models' : 'local-models', 'pattern');
    expect(await readdir(models)).toEqual(['1h_v1']);
  });

  test('Ctrl+C cancels down to the training process, and the exit code is 130', async () => {
    const api = places[place];
    const cli = ktrdr(api, 'models', 'train', sandbox.path('long.yaml'));
    const running = await until(
      'training',
      () => newest(api),
      (operation) => operation?.status === 'running' && operation.progress.context.current_batch !== null,
    );
    expect(running?.progress.current_step).toMatch(/^Training MLP model on AAPL \[epoch [0-9]+\/100000\]/);
    expect(running?.progress.current_step?.endsWith(`)${suffix}`)).toBe(true);
    expect(await sandbox.trainers()).toHaveLength(1);
    // to the whole process group, as a terminal does
    process.kill(-cli.pid, 'SIGINT');
    const end = await cli.ended;
    expect(await sandbox.trainers()).toEqual([]);
    expect({ ...end, output: cli.output }).toMatchObject({ code: 130 });
    expect(cli.output).toMatch(/cancelled/i);
    const cancelled = await newest(api);
    expect(cancelled).toMatchObject({ operation_id: running?.operation_id, status: 'cancelled' });
    expect((await api.operation(cancelled?.operation_id ?? '')).result).toBeNull();
    if (place === 'host') {
      const [session] = await host.sessions();
      expect(session).toMatchObject({ operation_id: running?.operation_id, status: 'cancelled' });
    }
  });

  test('a failed training gives exit code 1 and the error message', async () => {
    const cli = ktrdr(
      places[place],
      'models',
      'train',
      sandbox.path('quick.yaml'),
      '--start-date',
      '2031-01-01',
    );
    const end = await cli.ended;
    expect({ ...end, output: cli.output }).toMatchObject({ code: 1 });
    expect(cli.output).toContain('2024-06-');
    expect(cli.output).not.toMatch(/\n\s+at .*:[0-9]+/);
  });
});
