import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ANALYTICS_FILES, type Operation, type TrainingResult } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { AUTO_ENGINE, Sandbox, strategyText, until, WARM } from '@ktrdr/service-kit/testing';

/** The same request with the same seed, trained by the API and by a host. */
let sandbox: Sandbox;
let local: Operation;
let host: Operation;
const lines: string[] = [];

beforeAll(async () => {
  sandbox = await Sandbox.create();
  for (const symbol of ['AAPL', 'MSFT']) {
    await writeSampleBars({
      dataDir: sandbox.dataDir,
      symbol,
      timeframe: '1h',
      startDate: '2023-07-01',
      endDate: '2024-06-30',
    });
  }
  const training = {
    strategy: strategyText({ epochs: 4 }),
    symbols: ['AAPL', 'MSFT'],
    start_date: '2023-09-01',
    validation_split: 0.2,
    seed: 7,
    detailed_analytics: true,
    walk_forward: 2,
  };
  const [beside, service] = await Promise.all([
    sandbox.startApi('local', { ...AUTO_ENGINE, ...WARM }),
    sandbox.startHost('host', AUTO_ENGINE),
  ]);
  if (process.platform === 'linux') {
    // the API trains in a warm process, the host in a cold one
    await until(
      'a warm process',
      () => sandbox.warmTrainers(),
      ({ length }) => length === 1,
    );
  }
  const remote = await sandbox.startApi('remote', { ...Sandbox.onHost(service), ...AUTO_ENGINE });
  local = await beside.untilEnded(await beside.startTraining(training));
  const id = await remote.startTraining(training);
  host = await remote.untilOperation(id, (operation) => {
    lines.push(operation.progress.current_step ?? '');
    return operation.completed_at !== null;
  });
});

afterAll(() => sandbox.close());

describe('the same request with the same seed, trained by the API and by a host', () => {
  test('completes on both', () => {
    expect([local.status, host.status]).toEqual(['completed', 'completed']);
    expect([local.error, host.error]).toEqual([null, null]);
  });

  test('gives the same bytes of weights and architecture', async () => {
    expect(await digests(local)).toEqual(await digests(host));
  });

  test('gives the same metrics', () => {
    expect(figures(host)).toEqual(figures(local));
  });

  test('gives the same operation, except for the place of the training', () => {
    expect(shape(host)).toEqual(shape(local));
    expect(host.warnings).toEqual(local.warnings);
    expect(host.metadata).toEqual(local.metadata);
    expect(local.progress.context.host_service).toBe(false);
    expect(host.progress.context.host_service).toBe(true);
    expect(resultOf(local).session_info).toMatchObject({ training_mode: 'local', use_host_service: false });
    expect(resultOf(host).session_info).toMatchObject({ training_mode: 'host', use_host_service: true });
    expect(resultOf(host).session_info.operation_id).toBe(host.operation_id);
    expect(lines.filter((line) => !line.endsWith('(host service)'))).toEqual([]);
  });

  test('stores model and analytics on the API’s machine', async () => {
    for (const [operation, name] of [
      [local, 'local'],
      [host, 'remote'],
    ] as const) {
      const { artifacts, training_metrics } = resultOf(operation);
      expect(artifacts).toMatchObject({
        model: 'pattern/1h_v1',
        model_path: sandbox.path(`${name}-models`, 'pattern', '1h_v1'),
      });
      const directory = training_metrics?.analytics?.directory ?? '';
      expect(directory.startsWith(sandbox.path(`${name}-state`, 'training_analytics', 'runs'))).toBe(true);
      expect((await readdir(directory)).toSorted()).toEqual(ANALYTICS_FILES.toSorted());
    }
  });
});

function resultOf({ result }: Operation): TrainingResult {
  return result as TrainingResult;
}

async function digests(operation: Operation): Promise<Record<string, string>> {
  const directory = resultOf(operation).artifacts.model_path ?? '';
  const names = (await readdir(directory)).filter(
    (name) => !['metadata.json', 'metrics.json'].includes(name),
  );
  const entries = names.map(async (name) => {
    const content = await readFile(join(directory, name));
    return [name, createHash('sha256').update(content).digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The result without values that depend on time or place. */
function figures(operation: Operation): unknown {
  const {
    training_metrics,
    validation_metrics,
    test_metrics,
    baselines,
    walk_forward,
    verdict,
    backtest,
    data_summary,
    model_info,
    artifacts,
  } = resultOf(operation);
  const {
    training_time: _,
    analytics: __,
    ...metrics
  } = training_metrics ?? { training_time: 0, analytics: null };
  return {
    metrics,
    validation_metrics,
    test_metrics,
    baselines,
    walk_forward,
    verdict,
    backtest,
    data_summary,
    model_info,
    per_symbol: artifacts.per_symbol_metrics,
    importance: artifacts.feature_importance,
    engine: resultOf(operation).resource_usage.engine,
    rejected: resultOf(operation).resource_usage.rejected_engines,
  };
}

/** Every key with the type of its value. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shape(value[0])];
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]));
}
