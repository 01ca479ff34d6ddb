import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { EVENT_INTERVAL_MS, type OperationEvent } from './events.js';
import { MemoryOperationStore } from './memory-operation-store.js';
import type { OperationContext } from './operation-context.js';
import { OperationsService } from './operations-service.js';
import { defaultProgressRenderer } from './renderers/default-progress-renderer.js';
import { FakeClock, settle } from './testing/fake-clock.js';
import { Gate } from './testing/gate.js';
import { RecordingLogger } from './testing/recording-logger.js';

const METADATA = {
  parameters: {},
};

/** A running operation that the test drives. It ends when `gate` opens. */
async function running() {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  let count = 0;
  const operations = new OperationsService({
    store: new MemoryOperationStore(),
    clock,
    logger,
    randomId: () => `abc${count++}`,
  });
  const gate = new Gate();
  let context: OperationContext | undefined;
  const { operationId, outcome } = await operations.launch(
    {
      type: 'dummy',
      metadata: METADATA,
      run: async (given) => {
        context = given;
        await gate.pass();
        given.token.throwIfCancelled();
      },
    },
    { renderer: defaultProgressRenderer, logger },
  );
  outcome.catch(() => {});
  await gate.reached;
  if (context === undefined) throw new Error('not running');
  return { clock, operations, gate, operationId, progress: context.progress };
}

/** Reads `watch` to its end; `events` grows while it does. */
function read(watch: AsyncIterable<OperationEvent>) {
  const events: string[] = [];
  const done = (async () => {
    for await (const { type, operation } of watch) {
      events.push(`${type} ${operation.status} ${operation.progress.percentage}`);
    }
  })();
  return { events, done };
}

describe('watching an operation', () => {
  test('begins with its state, reports each change and ends after the last one', async () => {
    const { clock, operations, gate, operationId, progress } = await running();
    progress.update({ percentage: 5 });
    const { events, done } = read(operations.watch(operationId));
    await clock.advance(EVENT_INTERVAL_MS);
    progress.update({ percentage: 10 });
    await settle();
    await operations.cancel(operationId);
    await settle();
    gate.open();
    await done;
    expect(events).toEqual([
      'status running 0',
      'progress running 5',
      'progress running 10',
      'status cancelling 10',
      'status cancelled 10',
    ]);
    expect(clock.waiting).toBe(0);
  });

  test('of an operation that has ended gives its state and ends', async () => {
    const { operations, gate, operationId } = await running();
    gate.open();
    await operations.idle();
    const { events, done } = read(operations.watch(operationId));
    await done;
    expect(events).toEqual(['status completed 100']);
  });

  test('of an unknown operation is operation_not_found', async () => {
    const { operations } = await running();
    await expect(operations.watch('op_dummy_20260105T093000_none').next()).rejects.toMatchObject({
      code: 'operation_not_found',
    });
  });

  test('coalesces progress: only the newest state, at most once per interval, and always the last one', async () => {
    const { clock, operations, operationId, progress } = await running();
    const { events } = read(operations.watch(operationId));
    for (let ms = 0; ms < 1000; ms++) {
      progress.update({ percentage: ms / 100 });
      await Promise.resolve();
      clock.skip(1);
      if (ms % 100 === 99) await clock.advance(0);
    }
    await clock.advance(EVENT_INTERVAL_MS);
    // the first state, ten per second, and one more that may follow at once
    expect(events.length).toBeLessThanOrEqual(13);
    expect(events.at(-1)).toBe('progress running 9.9');
    await clock.advance(10 * EVENT_INTERVAL_MS);
    expect(events.at(-1)).toBe('progress running 9.9');
    expect(clock.waiting).toBe(0);
  });

  test('a status change does not wait for the interval', async () => {
    const { clock, operations, gate, operationId, progress } = await running();
    const { events, done } = read(operations.watch(operationId));
    await settle();
    progress.update({ percentage: 30 });
    await settle();
    gate.open();
    await done;
    expect(events).toEqual(['status running 0', 'progress running 30', 'status completed 100']);
    expect(clock.monotonic()).toBe(0);
  });

  test('a slow reader misses intermediate progress, but no status change', async () => {
    const { clock, operations, gate, operationId, progress } = await running();
    const watch = operations.watch(operationId);
    for (let percentage = 1; percentage <= 50; percentage++) {
      progress.update({ percentage });
      clock.skip(1000);
    }
    // the last update is stored
    await settle();
    await operations.cancel(operationId);
    progress.update({ percentage: 60 });
    gate.open();
    await operations.idle();
    const { events, done } = read(watch);
    await done;
    expect(events).toEqual(['status running 0', 'status cancelling 50', 'status cancelled 60']);
  });

  test('readers share one copy and cannot modify it', async () => {
    const { operations, operationId, gate } = await running();
    const [one, other] = [operations.watch(operationId), operations.watch(operationId)];
    const { operation } = (await one.next()).value as OperationEvent;
    expect((await other.next()).value).toMatchObject({ operation });
    const { progress } = operation;
    expect(() => (progress.context.phase = 'changed from outside')).toThrow(TypeError);
    expect(() => Object.assign(operation, { status: 'failed' })).toThrow(TypeError);
    gate.open();
  });

  test('work that reports once per interval is shown at once, whenever the reader joined', async () => {
    const { clock, operations, operationId, progress } = await running();
    await clock.advance(40);
    const arrived: number[] = [];
    const watch = operations.watch(operationId);
    void (async () => {
      for await (const { type } of watch) if (type === 'progress') arrived.push(clock.monotonic());
    })();
    const reported: number[] = [];
    for (let report = 1; report <= 20; report++) {
      await clock.advance(report === 1 ? 13 : EVENT_INTERVAL_MS);
      reported.push(clock.monotonic());
      progress.update({ percentage: report });
      await settle();
    }
    expect(arrived).toEqual(reported);
    await clock.advance(1_000);
    expect(arrived).toHaveLength(20);
    await watch.return?.();
  });

  test('ends when its signal aborts, also while it waits, and leaves no listener behind', async () => {
    const { operations, operationId, gate } = await running();
    const leave = new AbortController();
    const { events, done } = read(operations.watch(operationId, leave.signal));
    await settle();
    leave.abort();
    await done;
    expect(events).toEqual(['status running 0']);
    expect(getEventListeners(leave.signal, 'abort')).toHaveLength(0);
    const early = read(operations.watch(operationId, AbortSignal.abort()));
    await early.done;
    expect(early.events).toEqual([]);
    gate.open();
  });

  test('ends when the reader leaves, also while a read is waiting', async () => {
    const { operations, operationId, gate, clock } = await running();
    const watch = operations.watch(operationId);
    await watch.next();
    const waiting = watch.next();
    await settle();
    await watch.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    for await (const event of operations.watch(operationId)) {
      expect(event.type).toBe('status');
      break;
    }
    expect(clock.waiting).toBe(0);
    gate.open();
  });

  test('answers concurrent reads in order', async () => {
    const { operations, operationId, gate } = await running();
    const watch = operations.watch(operationId);
    const reads = [watch.next(), watch.next(), watch.next()];
    gate.open();
    const results = await Promise.all(reads);
    expect(
      results.map(({ done, value }) => (done ? 'end' : (value as OperationEvent).operation.status)),
    ).toEqual(['running', 'completed', 'end']);
  });
});
