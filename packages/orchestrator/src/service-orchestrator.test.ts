import { describe, expect, test } from '@jest/globals';
import type { OperationMetadata } from '@ktrdr/contracts';
import { OperationCancelledError } from './errors.js';
import { MemoryOperationStore } from './memory-operation-store.js';
import { OperationsService } from './operations-service.js';
import { PROGRESS_WRITE_INTERVAL_MS } from './progress-writer.js';
import {
  ServiceOrchestrator,
  hostServiceVariables,
  type HostServiceSetting,
} from './service-orchestrator.js';
import { FakeClock, settle } from './testing/fake-clock.js';
import { Gate } from './testing/gate.js';
import { RecordingLogger } from './testing/recording-logger.js';

const METADATA: OperationMetadata = {
  parameters: {},
};

/** Counts to its limit and waits at its gate on the way, through the base class like a domain method. */
class CountingService extends ServiceOrchestrator<{ name: string }> {
  override readonly serviceName = 'Counting';
  override readonly defaultHostUrl = 'http://localhost:5009';
  override readonly envVarPrefix = 'COUNTING';
  adapters = 0;
  adapterProblem: Error | null = null;

  protected override initializeAdapter() {
    this.adapters++;
    return { name: this.serviceName };
  }

  protected override async checkAdapter(): Promise<void> {
    if (this.adapterProblem !== null) throw this.adapterProblem;
  }

  startCounting(name: string, limit: number, gate: Gate) {
    return this.startManagedOperation({
      type: 'dummy',
      metadata: METADATA,
      startMessage: `Counting ${name}`,
      run: () => this.count(name, limit, gate),
    });
  }

  countAndWait(name: string, limit: number, gate: Gate) {
    return this.runOperation({ type: 'dummy', metadata: METADATA, run: () => this.count(name, limit, gate) });
  }

  startRacing(gate: Gate) {
    return this.startManagedOperation({
      type: 'dummy',
      metadata: METADATA,
      run: () => this.executeWithCancellation(() => gate.pass()),
    });
  }

  startNaming() {
    return this.startManagedOperation({
      type: 'dummy',
      metadata: METADATA,
      run: async () => this.adapter.name,
    });
  }

  private async count(name: string, limit: number, gate: Gate): Promise<string> {
    for (let done = 1; done <= limit; done++) {
      this.getCurrentCancellationToken()?.throwIfCancelled();
      this.updateOperationProgress({ current_item: name, items_processed: done, items_total: 2 * limit });
      // other tasks run in between
      await new Promise((resolve) => setImmediate(resolve));
    }
    await gate.pass();
    this.getCurrentCancellationToken()?.throwIfCancelled();
    return name;
  }
}

function counting(hostService: HostServiceSetting = { use: false }) {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const store = new MemoryOperationStore();
  let count = 0;
  const operations = new OperationsService({ store, clock, logger, randomId: () => `abc${count++}` });
  const manager = new CountingService({ operations, logger, hostService });
  return { store, operations, manager, clock };
}

describe('a manager', () => {
  test('answers a start with the id of an operation that is stored', async () => {
    const { manager, operations, store } = counting();
    const gate = new Gate();
    const started = await manager.startCounting('A', 3, gate);
    expect(started).toEqual({
      operation_id: expect.stringMatching(/^op_dummy_20260105T093000_/),
      status: 'started',
      message: 'Counting A',
    });
    expect(await store.get(started.operation_id)).not.toBeNull();
    gate.open();
    await operations.idle();
    expect(await operations.get(started.operation_id)).toMatchObject({ status: 'completed', result: 'A' });
  });

  test('runs two operations at once that share neither token nor progress', async () => {
    const { manager, operations, clock } = counting();
    const [gateA, gateB] = [new Gate(), new Gate()];
    const [a, b] = await Promise.all([
      manager.startCounting('A', 30, gateA),
      manager.startCounting('B', 50, gateB),
    ]);
    await Promise.all([gateA.reached, gateB.reached]);
    await clock.advance(PROGRESS_WRITE_INTERVAL_MS);
    expect((await operations.get(a.operation_id)).progress).toMatchObject({
      current_item: 'A',
      items_processed: 30,
      items_total: 60,
      percentage: 50,
    });
    expect((await operations.get(b.operation_id)).progress).toMatchObject({
      current_item: 'B',
      items_processed: 50,
      items_total: 100,
    });
    await operations.cancel(a.operation_id);
    gateB.open();
    gateA.open();
    await operations.idle();
    expect(await operations.get(a.operation_id)).toMatchObject({ status: 'cancelled', result: null });
    expect(await operations.get(b.operation_id)).toMatchObject({ status: 'completed', result: 'B' });
  });

  test('many interleaved operations each see only themselves', async () => {
    const { manager, operations } = counting();
    const names = Array.from({ length: 25 }, (_, index) => `task ${index}`);
    const gates = names.map(() => new Gate());
    const started = await Promise.all(
      names.map((name, index) => manager.startCounting(name, index + 1, gates[index] as Gate)),
    );
    await Promise.all(gates.map((gate) => gate.reached));
    for (const [index, { operation_id }] of started.entries()) {
      if (index % 2 === 0) await operations.cancel(operation_id);
    }
    for (const gate of gates) gate.open();
    await operations.idle();
    for (const [index, { operation_id }] of started.entries()) {
      const operation = await operations.get(operation_id);
      expect(operation.status).toBe(index % 2 === 0 ? 'cancelled' : 'completed');
      expect(operation.result).toBe(index % 2 === 0 ? null : names[index]);
      expect(operation.progress).toMatchObject({ current_item: names[index], items_processed: index + 1 });
    }
  });

  test('an operation started inside another has its own token and progress', async () => {
    const { manager, operations } = counting();
    const [outerGate, innerGate] = [new Gate(), new Gate()];
    const outer = manager.runOperation({
      type: 'dummy',
      metadata: METADATA,
      run: async ({ operationId, token }) => {
        const inner = await manager.startCounting('inner', 2, innerGate);
        await outerGate.pass();
        manager.updateOperationProgress({ current_item: 'outer' });
        expect(manager.getCurrentCancellationToken()).toBe(token);
        return { operationId, innerId: inner.operation_id };
      },
    });
    await Promise.all([outerGate.reached, innerGate.reached]);
    outerGate.open();
    const { operationId, innerId } = await outer;
    expect((await operations.get(operationId)).progress).toMatchObject({
      current_item: 'outer',
      items_processed: null,
    });
    expect(await operations.get(innerId)).toMatchObject({
      status: 'running',
      progress: { current_item: 'inner' },
    });
    innerGate.open();
    await operations.idle();
  });

  test('runs an operation for a direct caller and returns the result of the domain method', async () => {
    const { manager, operations } = counting();
    const gate = new Gate();
    gate.open();
    await expect(manager.countAndWait('A', 2, gate)).resolves.toBe('A');
    const [listed] = (await operations.list()).operations;
    expect(await operations.get(listed?.operation_id ?? '')).toMatchObject({
      status: 'completed',
      result: 'A',
    });
    const broken = new Error('broken');
    const failing = manager.runOperation({
      type: 'dummy',
      metadata: METADATA,
      run: () => Promise.reject(broken),
    });
    await expect(failing).rejects.toBe(broken);
  });

  test('a direct caller of a cancelled operation gets the cancellation', async () => {
    const { manager, operations } = counting();
    const gate = new Gate();
    const result = manager.countAndWait('A', 2, gate);
    await gate.reached;
    const [operation] = (await operations.list()).operations;
    await operations.cancel(operation?.operation_id ?? '', { reason: 'enough' });
    gate.open();
    await expect(result).rejects.toThrow(new OperationCancelledError('enough'));
  });

  test('outside of any operation there is no token, progress is dropped, and nothing cancels the work', async () => {
    const { manager } = counting();
    expect(manager.getCurrentCancellationToken()).toBeNull();
    expect(() => manager.updateOperationProgress({ percentage: 1 })).not.toThrow();
    await expect(manager.executeWithCancellation(async (token) => token)).resolves.toBeNull();
  });

  test('work in flight keeps its operation cancelling until it has settled', async () => {
    const { manager, operations } = counting();
    const gate = new Gate();
    const { operation_id } = await manager.startRacing(gate);
    await gate.reached;
    await operations.cancel(operation_id);
    await settle();
    expect((await operations.get(operation_id)).status).toBe('cancelling');
    gate.open();
    await operations.idle();
    expect((await operations.get(operation_id)).status).toBe('cancelled');
  });

  test('creates its adapter once, at its first use, after its fields exist', async () => {
    const { manager, operations } = counting();
    expect(manager.adapters).toBe(0);
    const { operation_id } = await manager.startNaming();
    await manager.startNaming();
    await operations.idle();
    expect((await operations.get(operation_id)).result).toBe('Counting');
    expect(manager.adapters).toBe(1);
  });
});

describe('a manager says', () => {
  test('which variables choose its host service', () => {
    expect(hostServiceVariables('TRAINING')).toEqual({
      use: 'USE_TRAINING_HOST_SERVICE',
      url: 'TRAINING_HOST_SERVICE_URL',
    });
  });

  test.each([
    [{ use: false }, false, null],
    [{ use: false, url: 'http://gpu:5002' }, false, null],
    [{ use: true }, true, 'http://localhost:5009'],
    [{ use: true, url: 'http://gpu:5002' }, true, 'http://gpu:5002'],
  ])('where its work runs: %j', (setting, uses, url) => {
    const { manager } = counting(setting);
    expect(manager.isUsingHostService()).toBe(uses);
    expect(manager.getHostServiceUrl()).toBe(url);
    expect(manager.getConfigurationInfo()).toEqual({
      service: 'Counting',
      using_host_service: uses,
      host_service_url: url,
      default_host_url: 'http://localhost:5009',
      environment_variables: { use: 'USE_COUNTING_HOST_SERVICE', url: 'COUNTING_HOST_SERVICE_URL' },
    });
  });

  test('that it has no host service, if it declares none', async () => {
    const { operations, clock } = counting();
    class PlainService extends ServiceOrchestrator {
      override readonly serviceName = 'Plain';

      useAdapter(): unknown {
        return this.adapter;
      }

      start() {
        return this.startManagedOperation({ type: 'dummy', metadata: METADATA, run: async () => 'done' });
      }
    }
    const manager = new PlainService({ operations, logger: new RecordingLogger() });
    expect(manager.getConfigurationInfo()).toEqual({
      service: 'Plain',
      using_host_service: false,
      host_service_url: null,
      default_host_url: null,
      environment_variables: null,
    });
    expect(await manager.healthCheck()).toMatchObject({ healthy: true, host_service_url: null });
    expect(() => manager.useAdapter()).toThrow('Plain has no adapter: override initializeAdapter().');
    const { operation_id } = await manager.start();
    await clock.advance(0);
    expect((await operations.get(operation_id)).progress.context.host_service).toBe(false);
  });

  test('that it is healthy, or every reason why it is not', async () => {
    const { manager, store } = counting({ use: true });
    const gate = new Gate();
    await manager.startCounting('A', 1, gate);
    expect(await manager.healthCheck()).toEqual({
      service: 'Counting',
      healthy: true,
      problems: [],
      active_operations: 1,
      using_host_service: true,
      host_service_url: 'http://localhost:5009',
    });
    gate.open();
    store.check = () => Promise.reject(new Error('the database is locked'));
    manager.adapterProblem = new Error('the host does not answer');
    expect(await manager.healthCheck()).toMatchObject({
      healthy: false,
      problems: ['the database is locked', 'the host does not answer'],
    });
  });
});
