import { describe, expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import { MemoryOperationStore } from './memory-operation-store.js';
import type { ManagedOperation, OperationContext } from './operation-context.js';
import { OperationsService } from './operations-service.js';
import { defaultProgressRenderer } from './renderers/default-progress-renderer.js';
import { FakeClock } from './testing/fake-clock.js';
import { Gate } from './testing/gate.js';
import { RecordingLogger } from './testing/recording-logger.js';

const METADATA = {
  symbols: ['AAPL'],
  timeframes: ['1h'],
  strategy: null,
  start_date: null,
  end_date: null,
  parameters: {},
};

function service(store = new MemoryOperationStore()) {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  let count = 0;
  const randomId = () => String(count++).padStart(4, '0');
  const operations = new OperationsService({ store, clock, logger, randomId });
  const launch = async (
    run: (context: OperationContext) => Promise<unknown>,
    options: Partial<ManagedOperation<unknown>> = {},
  ) => {
    const managed = { type: 'dummy', metadata: METADATA, ...options, run } as const;
    const parts = { renderer: defaultProgressRenderer, logger };
    operations.register('dummy', { ...parts, revive: () => managed });
    const { operationId, outcome } = await operations.launch(managed, parts);
    await outcome.catch(() => {});
    return operationId;
  };
  return { store, clock, logger, operations, launch };
}

/** Work of four parts that remembers the finished ones and fails in the given attempts. */
function parts(failingAttempts: number[]) {
  let done = 0;
  const attempts: { attempt: number; from: number }[] = [];
  const run = async ({ attempt, progress, setResumable, warn }: OperationContext) => {
    attempts.push({ attempt, from: done });
    progress.update({ context: { phase: 'loading' } });
    for (; done < 4; done++) {
      progress.update({ items_processed: done, items_total: 4 });
      if (failingAttempts.includes(attempt) && done > attempt - 1) {
        warn(`attempt ${attempt}`);
        throw new KtrdrError('disk_full', 'full');
      }
      setResumable(true);
    }
    return done;
  };
  return { run, attempts };
}

describe('resuming', () => {
  test('opens the next attempt of the same operation, which continues and whose progress never falls', async () => {
    const { launch, operations } = service();
    const { run, attempts } = parts([1, 2]);
    const id = await launch(run, { initialContext: { phase: 'starting', strategy: 's' } });
    const first = await operations.get(id);
    expect(first).toMatchObject({ status: 'failed', attempt: 1, resumable: true });
    expect(first.progress).toMatchObject({ percentage: 25, items_processed: 1 });

    await expect(operations.resume(id)).resolves.toEqual({
      operation_id: id,
      status: 'started',
      message: 'Attempt 2 of the dummy operation continues from its last checkpoint.',
    });
    const percentages: number[] = [];
    for await (const { operation } of operations.watch(id)) percentages.push(operation.progress.percentage);
    expect(Math.min(...percentages)).toBeGreaterThanOrEqual(25);
    const second = await operations.get(id);
    expect(second).toMatchObject({ status: 'failed', attempt: 2, resumable: true, warnings: ['attempt 2'] });
    expect(second.created_at).toBe(first.created_at);

    await operations.resume(id);
    await operations.idle();
    expect(await operations.get(id)).toMatchObject({
      status: 'completed',
      attempt: 3,
      resumable: false,
      error: null,
      warnings: [],
      result: 4,
    });
    expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(attempts[1]!.from).toBeGreaterThan(0);
  });

  test('tells every listener, and can be followed at once', async () => {
    const { launch, operations } = service();
    const seen: string[] = [];
    operations.onStatus(({ status, attempt }) => void seen.push(`${attempt} ${status}`));
    const id = await launch(parts([1]).run);
    await operations.resume(id);
    await operations.idle();
    expect(seen).toEqual(['1 pending', '1 running', '1 failed', '2 pending', '2 running', '2 completed']);
  });

  test('a cancelled attempt that loses its checkpoint is no longer resumable', async () => {
    const { launch, operations } = service();
    const id = await launch(async ({ attempt, setResumable }) => {
      setResumable(attempt === 1);
      throw new KtrdrError('checkpoint_missing', 'gone');
    });
    await operations.resume(id);
    await operations.idle();
    expect(await operations.get(id)).toMatchObject({ status: 'failed', attempt: 2, resumable: false });
  });

  test('an attempt that fails before its first report keeps the checkpoint of the previous attempt', async () => {
    const { launch, operations } = service();
    const id = await launch(async ({ attempt, setResumable }) => {
      if (attempt === 1) setResumable(true);
      throw new KtrdrError('bars_differ', 'others');
    });
    await operations.resume(id);
    await operations.idle();
    expect(await operations.get(id)).toMatchObject({ attempt: 2, resumable: true });
  });

  test('requested twice at once opens one attempt', async () => {
    const { launch, operations } = service();
    const { run, attempts } = parts([1]);
    const id = await launch(run);
    const answers = await Promise.allSettled([operations.resume(id), operations.resume(id)]);
    await operations.idle();
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(attempts).toHaveLength(2);
  });
});

describe('an operation that cannot be resumed says why', () => {
  test('because it runs, has completed, or has no checkpoint', async () => {
    const { launch, operations } = service();
    const gate = new Gate();
    const running = launch(async () => gate.pass());
    await gate.reached;
    const { operation_id } = (await operations.list()).operations[0]!;
    await expect(operations.resume(operation_id)).rejects.toMatchObject({
      code: 'not_resumable',
      message: `Operation ${operation_id} cannot be resumed: it is running. Only one that failed or was cancelled can be resumed.`,
      details: { operation_type: 'dummy', status: 'running' },
    });
    gate.open();
    await running;
    await expect(operations.resume(operation_id)).rejects.toThrow('it has completed.');
    const failed = await launch(() => Promise.reject(new Error('broken')));
    await expect(operations.resume(failed)).rejects.toThrow(
      'this dummy operation ended (failed) without a checkpoint. Retry it from the beginning.',
    );
  });

  test('because it is unknown, or the service is stopping', async () => {
    const { launch, operations } = service();
    await expect(operations.resume('op_dummy_20260105T100000_none')).rejects.toMatchObject({
      code: 'operation_not_found',
    });
    const id = await launch(parts([1]).run);
    await operations.shutdown(0);
    await expect(operations.resume(id)).rejects.toMatchObject({ code: 'service_stopping' });
  });
});
