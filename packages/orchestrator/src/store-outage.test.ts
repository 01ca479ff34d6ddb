import { KtrdrError } from '@ktrdr/contracts';
import { describe, expect, test } from '@jest/globals';
import { MemoryOperationStore } from './memory-operation-store.js';
import { StoreOutage } from './store-outage.js';
import { FakeClock } from './testing/fake-clock.js';
import { RecordingLogger } from './testing/recording-logger.js';

function world() {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const outage = new StoreOutage({ clock, logger });
  const memory = new MemoryOperationStore();
  const check = memory.check.bind(memory);
  const fail = (error: Error) => {
    memory.check = () => Promise.reject(error);
  };
  const heal = () => {
    memory.check = check;
  };
  return { clock, logger, outage, store: outage.watch(memory), fail, heal };
}

const AWAY = new KtrdrError('store_unavailable', 'No PostgreSQL server responds at db:5432. Start it.');

describe('an outage of the store', () => {
  test('is logged once when it begins and once when it ends, with its length', async () => {
    const { clock, logger, outage, store, fail, heal } = world();
    fail(AWAY);
    for (let call = 0; call < 20; call++) await expect(store.check()).rejects.toBe(AWAY);
    await clock.advance(17_000);
    heal();
    await store.check();
    outage.answered();
    outage.answered();
    expect(logger.lines).toEqual([
      { level: 'error', message: 'the store cannot be used', fields: { error: AWAY } },
      { level: 'info', message: 'the store can be used again', fields: { away_s: 17 } },
    ]);
  });

  test('does not end while some calls succeed and others fail', async () => {
    const { clock, logger, outage, store, fail } = world();
    fail(AWAY);
    for (let turn = 0; turn < 5; turn++) {
      await expect(store.check()).rejects.toBe(AWAY);
      await store.get('op_1');
      outage.answered();
      await clock.advance(500);
    }
    expect(logger.lines).toHaveLength(1);
  });

  test('begins again after it has ended', async () => {
    const { clock, logger, outage, store, fail } = world();
    fail(AWAY);
    await expect(store.check()).rejects.toBe(AWAY);
    await clock.advance(2_000);
    outage.answered();
    await expect(store.check()).rejects.toBe(AWAY);
    expect(logger.messages('error')).toHaveLength(2);
  });

  test('does not include other errors, which the caller logs', async () => {
    const { logger, store, fail } = world();
    fail(new Error('a bug'));
    await expect(store.check()).rejects.toThrow('a bug');
    expect(logger.lines).toEqual([]);
  });
});
