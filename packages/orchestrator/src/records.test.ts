import { describe, expect, test } from '@jest/globals';
import { KtrdrError, MOST_TIMELINE_PHASES, type EpochMetrics } from '@ktrdr/contracts';
import { MemoryOperationStore } from './memory-operation-store.js';
import type { OperationContext } from './operation-context.js';
import { PhaseLog } from './phase-log.js';
import { defaultProgressRenderer } from './renderers/default-progress-renderer.js';
import { Gate } from './testing/gate.js';
import { memoryService, METADATA } from './testing/memory-service.js';

function epoch(number: number, change: Partial<EpochMetrics> = {}): EpochMetrics {
  return {
    seed: null,
    epoch: number,
    at: '2026-01-05T10:00:00.000Z',
    train_loss: 1 / number,
    val_loss: 1 / number,
    train_accuracy: 0.5,
    val_accuracy: 0.5,
    learning_rate: 0.001,
    samples_per_second: 100,
    ...change,
  };
}

/** A service whose operations run `run` in every attempt. */
function serviceFor(
  run: (context: OperationContext) => Promise<unknown>,
  store = new MemoryOperationStore(),
) {
  const service = memoryService(store);
  const { operations, logger } = service;
  const managed = { type: 'dummy' as const, metadata: METADATA, run };
  operations.register('dummy', {
    renderer: defaultProgressRenderer,
    logger,
    revive: () => Promise.resolve(managed),
  });
  return { ...service, start: () => service.launch(run) };
}

describe('the curve of an operation', () => {
  test('is there while it runs and after its end; fields that this version does not know are left out', async () => {
    const gate = new Gate();
    const { start, operations, clock } = serviceFor(async ({ metrics }) => {
      metrics.add([epoch(1), { ...epoch(2), later: 'field' } as EpochMetrics]);
      await gate.pass();
      metrics.add([epoch(3)]);
      return 'done';
    });
    const { operationId, outcome } = await start();
    await clock.advance(1_000);
    const expected = [epoch(1), epoch(2)].map((values) => ({ attempt: 1, ...values }));
    expect(await operations.metrics(operationId)).toEqual(expected);
    gate.open();
    await outcome;
    expect(await operations.metrics(operationId)).toEqual([...expected, { attempt: 1, ...epoch(3) }]);
    await expect(operations.metrics('nosuch')).rejects.toMatchObject({ code: 'operation_not_found' });
  });

  test('continues with a resume, which computes the last epochs again, and starts again with a retry', async () => {
    const { start, operations } = serviceFor(async ({ attempt, metrics, setResumable }) => {
      if (attempt === 1) metrics.add([epoch(1), epoch(2), epoch(3)]);
      if (attempt === 2) metrics.add([epoch(2, { val_loss: 0.25 })]);
      if (attempt === 3) metrics.add([epoch(1)]);
      setResumable(attempt === 1);
      throw new Error('enough');
    });
    const { operationId, outcome } = await start();
    const attempts = async () =>
      (await operations.metrics(operationId)).map(({ attempt, epoch: number }) => [attempt, number]);
    await expect(outcome).rejects.toThrow('enough');
    await operations.resume(operationId);
    await operations.idle();
    expect(await attempts()).toEqual([
      [1, 1],
      [2, 2],
    ]);
    await operations.retry(operationId);
    await operations.idle();
    expect(await attempts()).toEqual([[3, 1]]);
  });

  test('loses nothing in an outage of the store, and does not fail an operation that cannot store it', async () => {
    const problems: (Error | null)[] = [];
    class FailingStore extends MemoryOperationStore {
      override async saveRecords(...args: Parameters<MemoryOperationStore['saveRecords']>): Promise<boolean> {
        const problem = problems.shift() ?? null;
        if (problem !== null) throw problem;
        return super.saveRecords(...args);
      }
    }
    const { start, operations, clock, logger } = serviceFor(async ({ metrics, sleep }) => {
      metrics.add([epoch(1)]);
      await sleep(500);
      metrics.add([epoch(2)]);
      return 'done';
    }, new FailingStore());
    const outage = (): KtrdrError => new KtrdrError('store_unavailable', 'away');
    problems.push(outage(), null, outage(), outage());
    const first = await start();
    await clock.advance(10_000);
    await first.outcome;
    expect(await operations.metrics(first.operationId)).toHaveLength(2);
    problems.push(...Array.from({ length: 9 }, () => new TypeError('a bug')));
    const second = await start();
    await clock.advance(10_000);
    await expect(second.outcome).resolves.toBe('done');
    expect(logger.lines.filter(({ message }) => message.startsWith('points or phases'))).toHaveLength(1);
  });
});

describe('the timeline of an operation', () => {
  test('has each phase of every attempt once, and a phase ends with its attempt', async () => {
    const { start, operations, clock } = serviceFor(async ({ attempt, progress, sleep, setResumable }) => {
      setResumable(true);
      progress.update({ context: { phase: 'waiting for a free slot: 2 ahead' } });
      await sleep(1_000);
      progress.update({ context: { phase: 'waiting for a free slot: 1 ahead' } });
      await sleep(1_000);
      progress.update({ context: { phase: 'training' } });
      await sleep(1_000);
      if (attempt === 1) throw new Error('enough');
      await sleep(10_000);
    });
    const began = clock.now();
    const at = (seconds: number): string => new Date(began + 1_000 * seconds).toISOString();
    const { operationId, outcome } = await start();
    outcome.catch(() => {});
    await clock.advance(3_000);
    const first = [
      { attempt: 1, phase: 'waiting for a free slot', started_at: at(0), ended_at: at(2) },
      { attempt: 1, phase: 'training', started_at: at(2), ended_at: at(3) },
    ];
    expect(await operations.timeline(operationId)).toEqual(first);
    await clock.advance(1_000);
    await operations.resume(operationId);
    await clock.advance(3_000);
    expect(await operations.timeline(operationId)).toEqual([
      ...first,
      { attempt: 2, phase: 'waiting for a free slot', started_at: at(4), ended_at: at(6) },
      { attempt: 2, phase: 'training', started_at: at(6), ended_at: null },
    ]);
    await expect(operations.timeline('nosuch')).rejects.toMatchObject({ code: 'operation_not_found' });
  });

  test('of very many phases keeps the first and the newest', () => {
    const log = new PhaseLog([], 1);
    for (let number = 1; number <= 1_000; number += 1)
      log.enter(`phase ${number}`, new Date(number).toISOString());
    const names = log.list.map(({ phase }) => phase);
    expect(names).toHaveLength(MOST_TIMELINE_PHASES);
    expect([names[0], names[99], names[100], names.at(-1)]).toEqual([
      'phase 1',
      'phase 100',
      'phase 901',
      'phase 1000',
    ]);
  });
});
