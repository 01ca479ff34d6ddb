import assert from 'node:assert/strict';
import { TERMINAL_STATUSES, type Operation, type OperationType } from '@ktrdr/contracts';
import type { StatusChange } from '../operation.js';
import type { OperationPage, OperationQuery, OperationStore } from '../operation-store.js';
import {
  AT,
  CANCEL,
  COMPLETE,
  LATER,
  LEASE,
  RESUME,
  RUN,
  assertSame,
  create,
  get,
  running,
  sample,
  save,
} from './conformance-operations.js';
import { RECORDS_CASES } from './operation-records-conformance.js';
import { LEASE_CASES } from './operation-lease-conformance.js';

/** Creates an empty store; `close` releases its resources. */
export type OperationStoreFactory = () => Promise<{ store: OperationStore; close?: () => Promise<void> }>;

/** One requirement for every store. */
export interface ConformanceCase {
  /** The requirement in words. */
  name: string;
  /** @throws AssertionError if the store does not conform */
  run: () => Promise<void>;
}

/**
 * Requirements for every `OperationStore`, independent of the database and of the test framework:
 * `test.each(operationStoreConformance(factory))('$name', ({ run }) => run())`. Each case gets its own store.
 */
export function operationStoreConformance(factory: OperationStoreFactory): ConformanceCase[] {
  return Object.entries({ ...CASES, ...LEASE_CASES, ...RECORDS_CASES }).map(([name, check]) => ({
    name,
    run: async () => {
      const { store, close } = await factory();
      try {
        await check(store);
      } finally {
        await close?.();
      }
    },
  }));
}

const CASES: Record<string, (store: OperationStore) => Promise<void>> = {
  'a created operation is returned unchanged': async (store) => {
    const operation = sample(1);
    const written = await create(store, operation);
    assert.equal(written.changed, true);
    assertSame(written.operation, operation);
    assertSame(await get(store, operation.operation_id), operation);
  },

  'an unknown id gives null, and changing it is operation_not_found': async (store) => {
    assert.equal(await get(store, 'op_training_20260105T100000_none'), null);
    await assert.rejects(store.transition('op_training_20260105T100000_none', 1, ['pending'], RUN), {
      code: 'operation_not_found',
    });
    const { progress } = sample(1);
    assert.equal(await save(store, 'op_training_20260105T100000_none', 1, progress, []), false);
  },

  'an invalid id is unknown, whatever characters it has': async (store) => {
    for (const id of ['', 'a\0b', '\ud800', "'; --", 'x'.repeat(10_000)]) {
      assert.equal(await get(store, id), null);
      assertSame(await store.history(id), []);
    }
  },

  'writes of one operation that arrive together keep their order': async (store) => {
    const operation = sample(1);
    const id = operation.operation_id;
    await create(store, operation);
    const { progress } = operation;
    const written = await Promise.all([
      save(store, id, 1, progress, ['before']),
      store.transition(id, 1, ['pending'], RUN),
      save(store, id, 1, progress, ['while it runs']),
      store.transition(id, 1, ['running'], COMPLETE),
      save(store, id, 1, progress, ['after']),
    ]);
    assertSame(
      written.map((one) => (typeof one === 'boolean' ? one : one.changed)),
      [true, true, true, true, false],
    );
    assertSame(
      (await store.history(id)).map(({ status }) => status),
      ['pending', 'running', 'completed'],
    );
  },

  'a new owner fences the writes of the old one that arrive with it': async (store) => {
    const operation = sample(1);
    const id = operation.operation_id;
    await create(store, operation);
    await store.transition(id, 1, ['pending'], { to: 'cancelled', at: LATER, reason: null });
    const [opened, stale, own] = await Promise.all([
      store.transition(
        id,
        1,
        ['cancelled'],
        { to: 'pending', at: LATER, from: 'beginning' },
        { owner: 'another', ms: 60_000 },
      ),
      save(store, id, 1, operation.progress, ['stale']),
      save(store, id, 2, operation.progress, ['own']),
    ]);
    assertSame([opened.changed, opened.epoch, opened.owner], [true, 2, 'another']);
    assertSame([stale, own], [false, true]);
    assertSame((await get(store, id))?.warnings, ['own']);
  },

  'an id can be used only once': async (store) => {
    await create(store, sample(1));
    await assert.rejects(create(store, sample(1)), { code: 'operation_conflict' });
  },

  'a known task id gives the operation that has it and writes nothing': async (store) => {
    const first = await create(store, sample(1), 'nightly');
    const second = await create(store, sample(2), 'nightly');
    assert.equal(first.changed, true);
    assert.equal(second.changed, false);
    assert.equal(second.operation.operation_id, first.operation.operation_id);
    assert.equal((await store.list({ limit: 10, offset: 0 })).total_count, 1);
    assert.equal((await create(store, sample(3), 'another')).changed, true);
  },

  'concurrent creations with one task id give one operation': async (store) => {
    const numbers = Array.from({ length: 20 }, (_, number) => number);
    const written = await Promise.all(numbers.map((number) => create(store, sample(number), 'nightly')));
    assert.equal(written.filter(({ changed }) => changed).length, 1);
    assert.equal(new Set(written.map(({ operation }) => operation.operation_id)).size, 1);
    assert.equal((await store.list({ limit: 50, offset: 0 })).total_count, 1);
  },

  'an operation above the number of waiting ones of its type is too_many_waiting': async (store) => {
    const limited = (number: number, type: OperationType = 'training', taskId?: string) => {
      const operation = sample(number, type);
      return store.create({ operation, request: null, taskId, mostPending: 3, lease: LEASE });
    };
    const known = await limited(0, 'training', 'nightly');
    const all = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => limited(index + 1)));
    assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 2);
    for (const one of all)
      if (one.status === 'rejected')
        assert.equal((one.reason as { code?: unknown }).code, 'too_many_waiting');
    assert.equal((await limited(30, 'training', 'nightly')).operation.operation_id, sample(0).operation_id);
    assert.equal((await limited(31, 'dummy')).changed, true);
    assert.equal((await create(store, sample(32))).changed, true);
    await assert.rejects(limited(33), { code: 'too_many_waiting' });
    for (const id of [known.operation.operation_id, sample(32).operation_id])
      await store.transition(id, 1, ['pending'], RUN);
    assert.equal((await limited(34)).changed, true);
    await assert.rejects(limited(35), { code: 'too_many_waiting' });
  },

  'an ended operation opens its next attempt once, and only the new one changes it': async (store) => {
    const { operation_id } = await running(store);
    const failed: StatusChange = {
      to: 'failed',
      at: LATER,
      error: { code: 'disk_full', message: 'full' },
      resumable: true,
    };
    assert.equal((await store.transition(operation_id, 1, ['running'], failed)).operation.resumable, true);
    const open = () => store.transition(operation_id, 1, ['failed'], RESUME, LEASE);
    const opened = await Promise.all([open(), open()]);
    assert.equal(opened.filter(({ changed }) => changed).length, 1);
    assert.equal((await store.transition(operation_id, 1, ['pending'], RUN)).changed, false);
    const again = await store.transition(operation_id, 2, ['pending'], RUN);
    assert.equal(again.changed, true);
    const { attempt, status, resumable, error } = again.operation;
    assertSame(
      { attempt, status, resumable, error },
      { attempt: 2, status: 'running', resumable: true, error: null },
    );
    const { progress } = again.operation;
    assert.equal(await save(store, operation_id, 1, progress, []), false);
    assert.equal(await save(store, operation_id, 2, progress, []), true);
    assert.equal((await store.list({ limit: 10, offset: 0 })).active_count, 1);
  },

  'no reader can change what others read': async (store) => {
    const id = sample(1).operation_id;
    const { operation } = await create(store, sample(1));
    const moved = await store.transition(id, 1, ['pending'], RUN);
    const [listed] = (await store.list({ limit: 1, offset: 0 })).operations;
    const got = await get(store, id);
    const before = JSON.stringify(got);
    for (const copy of [operation, moved.operation, listed, got]) {
      assert.ok(copy);
      attempt(() => (copy.status = 'failed'));
      attempt(() => copy.warnings.push('changed from outside'));
      attempt(() => (copy.progress.context.phase = 'changed from outside'));
      attempt(() => (copy.metadata.parameters['seed'] = 'changed from outside'));
    }
    assertSame(await get(store, id), JSON.parse(before));
  },

  'arguments are copied': async (store) => {
    const operation = sample(1);
    const id = operation.operation_id;
    await create(store, operation);
    const progress = sample(1).progress;
    const warnings = ['few bars'];
    await store.transition(id, 1, ['pending'], RUN);
    await save(store, id, 1, progress, warnings);
    const before = await get(store, id);
    operation.metadata.parameters['seed'] = 'changed from outside';
    progress.context.phase = 'changed from outside';
    warnings.push('changed from outside');
    assertSame(await get(store, id), before);
    const result = { list: [1] };
    await store.transition(id, 1, ['running'], { to: 'completed', at: LATER, result });
    result.list.push(2);
    assertSame((await get(store, id))?.result, { list: [1] });
  },

  'the newest operations come first, regardless of their status': async (store) => {
    for (const number of [1, 2, 3]) await create(store, sample(number));
    await store.transition(sample(1).operation_id, 1, ['pending'], RUN);
    const { operations } = await store.list({ limit: 10, offset: 0 });
    assertSame(
      operations.map(({ operation_id }) => operation_id),
      [3, 2, 1].map((number) => sample(number).operation_id),
    );
  },

  'a list has every field of an operation except its result': async (store) => {
    const { operation_id } = await running(store);
    await store.transition(operation_id, 1, ['running'], COMPLETE);
    const operation = await get(store, operation_id);
    assert.ok(operation);
    const { result, ...summary } = operation;
    assertSame(result, COMPLETE.result);
    assertSame((await store.list({ limit: 10, offset: 0 })).operations, [summary]);
  },

  'limit and offset select a page; the counts cover all operations': async (store) => {
    for (let number = 0; number < 7; number++) await create(store, sample(number));
    const page = await store.list({ limit: 3, offset: 2 });
    assertSame(
      page.operations.map(({ operation_id }) => operation_id),
      [4, 3, 2].map((number) => sample(number).operation_id),
    );
    assert.equal(page.total_count, 7);
    assert.equal(page.active_count, 7);
    assertSame((await store.list({ limit: 3, offset: 7 })).operations, []);
    assertSame((await store.list({ limit: 0, offset: 0 })).operations, []);
  },

  'a first page has the requested length': async (store) => {
    for (let number = 0; number < 3; number++) await create(store, sample(number));
    for (let limit = 1; limit <= 70; limit++) {
      const { operations, total_count } = await store.list({ limit, offset: 0 });
      assertSame([operations.length, total_count], [Math.min(limit, 3), 3]);
    }
  },

  'filters combine; active_count counts every operation that has not ended': async (store) => {
    await running(store, 1, 'training');
    await running(store, 2, 'dummy');
    await create(store, sample(3, 'dummy'));
    const { operation_id } = await running(store, 4, 'dummy');
    await store.transition(operation_id, 1, ['running'], COMPLETE);
    const both = await store.list({ types: ['dummy'], statuses: ['running'], limit: 10, offset: 0 });
    assertSame(
      both.operations.map((operation) => operation.operation_id),
      [sample(2, 'dummy').operation_id],
    );
    assert.equal(both.total_count, 1);
    assert.equal(both.active_count, 3);
    assert.equal((await store.list({ types: ['dummy'], limit: 10, offset: 0 })).total_count, 3);
    assert.equal((await store.list({ statuses: ['failed'], limit: 10, offset: 0 })).total_count, 0);
  },

  'a filter takes several statuses and several types': async (store) => {
    await create(store, sample(1, 'training'));
    await running(store, 2, 'dummy');
    await running(store, 3, 'backtest');
    const { operation_id } = await running(store, 4, 'training');
    await store.transition(operation_id, 1, ['running'], COMPLETE);
    const listed = async (query: Partial<OperationQuery>) =>
      numbersOf(await store.list({ limit: 10, offset: 0, ...query }));
    assertSame(await listed({ statuses: ['running', 'completed'] }), [4, 3, 2]);
    assertSame(await listed({ types: ['training', 'backtest'] }), [4, 3, 1]);
    assertSame(await listed({ types: ['training', 'dummy'], statuses: ['pending', 'running'] }), [2, 1]);
    const { total_count } = await store.list({ statuses: ['running', 'pending'], limit: 1, offset: 2 });
    assert.equal(total_count, 3);
  },

  'operations are found by the time of their creation: from the first time, before the second': async (
    store,
  ) => {
    const day = (number: number) => `2026-01-0${number}T10:00:00.000Z`;
    for (const number of [1, 2, 3, 4]) await create(store, { ...sample(number), created_at: day(number) });
    const listed = async (query: Partial<OperationQuery>) => {
      const page = await store.list({ limit: 10, offset: 0, ...query });
      assert.equal(page.total_count, page.operations.length);
      return numbersOf(page);
    };
    assertSame(await listed({ createdFrom: day(3) }), [4, 3]);
    assertSame(await listed({ createdBefore: day(3) }), [2, 1]);
    assertSame(await listed({ createdFrom: day(2), createdBefore: day(4) }), [3, 2]);
    assertSame(await listed({ createdFrom: day(2), createdBefore: day(2) }), []);
  },

  'a search finds every word in the id, strategy, symbols, timeframes or model': async (store) => {
    const named = (number: number, metadata: object): Operation => {
      const operation = sample(number);
      return { ...operation, metadata: { ...operation.metadata, ...metadata } };
    };
    await create(store, named(1, { strategy: 'Momentum', symbols: ['AAPL', 'MSFT'], timeframes: ['1h'] }));
    await create(store, named(2, { strategy: 'momentum_fast', symbols: ['EURUSD'], timeframes: ['1d'] }));
    await create(store, named(3, { model: 'mean_reversion/1h_v7', symbols: ['50%_off'], file: 'a\\b.csv' }));
    const listed = async (search: string, more: Partial<OperationQuery> = {}) => {
      const page = await store.list({ limit: 10, offset: 0, search, ...more });
      assert.equal(page.total_count, page.operations.length);
      return numbersOf(page);
    };
    assertSame(await listed('momentum'), [2, 1]);
    assertSame(await listed(' MOMENTUM  aapl '), [1]);
    assertSame(await listed('eurusd 1h'), []);
    assertSame(await listed('1h_v7'), [3]);
    assertSame(await listed(sample(2).operation_id.slice(3)), [2]);
    assertSame(await listed('momentum', { statuses: ['failed'] }), []);
    // no character has a meaning of its own
    assertSame(await listed('momentum_'), [2]);
    assertSame(await listed('0%_'), [3]);
    assertSame(await listed('%'), [3]);
    assertSame(await listed('a\\b'), [3]);
    assertSame(await listed("'"), []);
    assertSame(await listed('\ud800'), []);
    assertSame(await listed('\0'), []);
  },

  'an operation on very many symbols can be stored, and is found by its first ones': async (store) => {
    const operation = sample(1);
    const symbols = Array.from({ length: 5_000 }, (_, index) => `\u6f22\u5b57${String(index)}\u00e9`);
    const metadata = { ...operation.metadata, symbols };
    await create(store, { ...operation, metadata });
    assertSame(numbersOf(await store.list({ search: '\u5b570\u00c9', limit: 9, offset: 0 })), [1]);
  },

  'a search finds the model that a training has stored': async (store) => {
    const { operation_id } = await running(store);
    const result = { artifacts: { model: 'momentum/1h_v12' } };
    await store.transition(operation_id, 1, ['running'], { to: 'completed', at: LATER, result });
    assertSame(numbersOf(await store.list({ search: 'momentum/1h_v12', limit: 9, offset: 0 })), [1]);
  },

  'a status changes only from the given statuses, and the result has the current one': async (store) => {
    const { operation_id } = await running(store);
    const lost = await store.transition(operation_id, 1, ['pending'], {
      to: 'cancelled',
      at: LATER,
      reason: null,
    });
    assert.equal(lost.changed, false);
    assert.equal(lost.operation.status, 'running');
    const won = await store.transition(operation_id, 1, ['pending', 'running'], CANCEL);
    assert.equal(won.changed, true);
    assert.equal(won.operation.status, 'cancelling');
    assert.equal(won.operation.cancel_requested_at, LATER);
    assert.equal(won.operation.cancel_reason, 'enough');
    assertSame(await get(store, operation_id), won.operation);
  },

  'only one of several concurrent changes from the same status wins': async (store) => {
    const { operation_id } = await running(store);
    const written = await Promise.all(
      Array.from({ length: 10 }, () => store.transition(operation_id, 1, ['running'], CANCEL)),
    );
    assert.equal(written.filter(({ changed }) => changed).length, 1);
    assert.ok(written.every(({ operation }) => operation.status === 'cancelling'));
  },

  'a change that the state machine does not allow is refused and changes nothing': async (store) => {
    const { operation } = await create(store, sample(1));
    await assert.rejects(store.transition(operation.operation_id, 1, ['pending'], COMPLETE));
    assertSame(await get(store, operation.operation_id), operation);
  },

  'times, result, error, warnings and the last progress are recorded with the change': async (store) => {
    const done = await running(store, 1);
    assert.equal(done.started_at, AT);
    assert.equal(done.progress.started_at, AT);
    const progress = { ...done.progress, percentage: 62.5, current_step: 'almost', eta_seconds: 3 };
    const completed = await store.transition(done.operation_id, 1, ['running'], {
      ...COMPLETE,
      progress,
      warnings: ['few bars'],
    });
    assert.equal(completed.operation.completed_at, LATER);
    assertSame(completed.operation.result, { rows: [1, 2, 3] });
    assertSame(completed.operation.warnings, ['few bars']);
    assertSame(completed.operation.progress, { ...progress, percentage: 100, eta_seconds: 0 });
    const broken = await running(store, 2);
    const error = {
      code: 'bars_invalid',
      message: 'AAPL_1h.csv:7: high < low',
      details: { line: 7 },
    } as const;
    const failed = await store.transition(broken.operation_id, 1, ['running'], {
      to: 'failed',
      at: LATER,
      error,
    });
    assertSame(failed.operation.error, error);
    assert.equal(failed.operation.result, null);
    assert.equal(failed.operation.progress.percentage, 0);
  },

  'an ended operation never changes again': async (store) => {
    for (const [index, to] of TERMINAL_STATUSES.entries()) {
      const { operation_id, progress } = await running(store, index + 1);
      const error = { code: 'internal_error', message: 'broken' } as const;
      await store.transition(operation_id, 1, ['running'], CANCEL);
      await store.transition(operation_id, 1, ['cancelling'], {
        to,
        at: LATER,
        result: null,
        reason: null,
        error,
      });
      const ended = await get(store, operation_id);
      assert.equal(ended?.status, to);
      for (const change of [RUN, CANCEL, COMPLETE]) {
        const again = await store.transition(operation_id, 1, ['pending', 'running', 'cancelling'], change);
        assert.equal(again.changed, false);
      }
      assert.equal(await save(store, operation_id, 1, { ...progress, percentage: 1 }, ['late']), false);
      assertSame(await get(store, operation_id), ended);
    }
  },

  'progress and warnings are replaced while the operation runs': async (store) => {
    const { operation_id, progress } = await running(store);
    const saved = { ...progress, percentage: 10.4, current_item: 'epoch 5' };
    assert.equal(await save(store, operation_id, 1, saved, ['few bars']), true);
    const operation = await get(store, operation_id);
    assertSame(operation?.progress, saved);
    assertSame(operation?.warnings, ['few bars']);
    assert.equal(operation?.status, 'running');
  },

  'a writer of another epoch changes nothing': async (store) => {
    const before = await running(store);
    const { operation_id, progress } = before;
    assert.equal((await store.transition(operation_id, 2, ['running'], COMPLETE)).changed, false);
    assert.equal(await save(store, operation_id, 2, { ...progress, percentage: 50 }, []), false);
    assertSame(await get(store, operation_id), before);
  },

  'a listener that throws changes no write, and the others hear it': async (store) => {
    const heard: (string | null)[] = [];
    const calls: (string | null)[] = [];
    const warnings: string[] = [];
    const emitWarning = process.emitWarning.bind(process);
    process.emitWarning = (text: string | Error) => void warnings.push(String(text));
    store.onWrite((id) => {
      calls.push(id);
      throw new Error('a faulty listener');
    });
    store.onWrite((id) => heard.push(id));
    const { operation_id } = await running(store);
    try {
      assert.equal((await store.transition(operation_id, 1, ['running'], COMPLETE)).changed, true);
    } finally {
      process.emitWarning = emitWarning;
    }
    assertSame(calls, [operation_id, operation_id, operation_id]);
    assertSame(heard, calls);
    const history = await store.history(operation_id);
    assertSame(
      history.map(({ status }) => status),
      ['pending', 'running', 'completed'],
    );
    assert.match(warnings.at(-1) ?? '', /a faulty listener/);
  },

  'the store can be checked': async (store) => {
    await store.check();
  },
};

/** The numbers of the samples of a page. */
function numbersOf({ operations }: OperationPage): number[] {
  return operations.map(({ operation_id }) => Number(/(\d\d)_abcd$/.exec(operation_id)?.[1]));
}

/** A result is a copy, or it is frozen. */
function attempt(change: () => unknown): void {
  try {
    change();
  } catch (error) {
    assert.ok(error instanceof TypeError);
  }
}
