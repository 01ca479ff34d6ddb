import { writeSampleBars } from '@ktrdr/market-data';
import { Sandbox, strategyText, type TestService } from '@ktrdr/service-kit/testing';
import type { Started } from '@ktrdr/contracts/testing';

const TRAINING = strategyText({ epochs: 60, layers: [64, 32] });
const RANGE = { startDate: '2022-01-01', endDate: '2023-12-31' };
const ENDED_MS = 600_000;

export interface Trainings {
  hosts: number;
  count: number;
  /** From the first request to the end of the last training. */
  seconds: number;
}

/** Starts `count` equal trainings at once, through a real API on `hosts` real hosts with one session each. */
export async function trainings(
  started: Started,
  queueUrl: string,
  hosts: number,
  count: number,
): Promise<Trainings> {
  const sandbox = await started.start(
    () => Sandbox.create(),
    (created) => created.close(),
  );
  await writeSampleBars({ dataDir: sandbox.dataDir, symbol: 'AAPL', timeframe: '1h', ...RANGE });
  const settings = { TRAINING_QUEUE_URL: queueUrl, TRAINING_ENGINE: 'onnx' };
  const api = await sandbox.startApi('api', settings);
  const names = Array.from({ length: hosts }, (_, index) => `host-${index + 1}`);
  const running = await Promise.all(
    names.map((name) => sandbox.startQueueHost(name, { ...settings, KTRDR_API_URL: api.url })),
  );
  // warm-up: loads files and code into memory
  await train(api, hosts);
  const start = performance.now();
  await train(api, count);
  const seconds = (performance.now() - start) / 1000;
  await Promise.all(running.map((host) => host.stop()));
  await api.stop();
  return { hosts, count, seconds };
}

async function train(api: TestService, count: number): Promise<void> {
  const ids = await Promise.all(
    Array.from({ length: count }, (_, seed) => api.startTraining({ strategy: TRAINING, seed })),
  );
  for (const id of ids) {
    const { status, error } = await api.untilEnded(id, ENDED_MS);
    if (status !== 'completed') throw new Error(`${id} ended as ${status}: ${JSON.stringify(error)}`);
  }
}
